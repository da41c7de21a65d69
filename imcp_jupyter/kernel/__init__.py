"""Floor 7: what runs inside a notebook's kernel: the ``%imcp`` magics."""
