"""What is done with a validation: correct a table by its evidence, compare runs with a baseline, judge models, generators and agents."""
