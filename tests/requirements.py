"""What the contracts promise, by ID, and the tests that show it. `test_requirements` ties both ends together."""

from __future__ import annotations

from typing import NamedTuple


class Requirement(NamedTuple):
    promise: str
    tests: tuple[str, ...]


REQUIREMENTS: dict[str, Requirement] = {
    "S1": Requirement("`make demo` prints a summary that ends with the trust line", ("test_the_last_line_is_the_trust_score",)),
    "S2": Requirement("`make demo` leaves data, report and executed notebook", ("test_the_results_are_there",)),
    "S3": Requirement("the demo's data is good and private", ("test_the_quality_bars_hold", "test_the_privacy_bars_hold")),
    "S4": Requirement("`make lab` prints the lines that attach an agent", ("test_the_lines_for_agents_carry_the_url_and_the_token",)),
    "H1": Requirement("every handler asks for Jupyter's identity", ("test_every_rule_and_method_refuses_a_stranger_with_401",)),
    "H2": Requirement("a foreign Origin or Host is refused, token or not",
                      ("test_a_page_of_another_origin_is_refused_even_with_the_token", "test_a_foreign_host_header_is_refused")),
    "H3": Requirement("Streamable HTTP speaks both protocol eras",
                      ("test_every_older_version_is_spoken", "test_a_quick_answer_is_json_without_a_session")),
    "H4": Requirement("WebSocket: subprotocol mcp, one message per text frame",
                      ("test_the_subprotocol_is_agreed_on", "test_a_frame_that_is_no_message_is_answered_and_the_socket_stays")),
    "H5": Requirement("REST errors are problem details with field and hint", ("test_what_goes_wrong_is_a_problem_that_names_the_field",)),
    "H6": Requirement("a caller that does not wait gets 202 and a job", ("test_a_caller_that_does_not_wait_gets_the_job_and_its_place",)),
    "H7": Requirement("datasets stream as Arrow, Parquet and CSV",
                      ("test_arrow_is_a_stream_of_batches_and_the_default", "test_parquet_is_the_stored_file", "test_csv_has_a_header_and_all_rows")),
    "H8": Requirement("JSON-RPC codes of the specification", ("test_an_unknown_method_is_32601", "test_params_of_the_wrong_shape_are_32602")),
    "T1": Requirement("tools come in a fixed order with schemas, hints and icons", ("test_tools_come_in_a_fixed_order_with_schemas_hints_and_icons",)),
    "T2": Requirement("one class is on every face",
                      ("test_mcp_over_http_and_websocket", "test_rest_and_openapi", "test_python", "test_the_command", "test_the_magics")),
    "R1": Requirement("one grammar of dataset references", ("test_references_follow_one_grammar",)),
    "P1": Requirement("importing the package is quick and light", ("test_the_import_is_quick_and_light",)),
    "P2": Requirement("results carry data, dataset and model", ("test_generating_from_a_frame_gives_data_dataset_and_model",)),
    "P3": Requirement("reports carry score, interval, level, badge, dimensions and checks", ("test_reports_have_scores_dimensions_and_checks",)),
    "P4": Requirement("every synthetic dataset has a data card without real values, on every face",
                      ("test_every_face_shows_the_same_card", "test_no_extreme_and_no_rare_value_stands_in_the_card")),
    "M1": Requirement("magics take frames and bind results", ("test_generating_binds_the_frame_to_the_name",)),
    "M2": Requirement("%%imcp takes YAML", ("test_a_yaml_cell_gives_the_same_as_a_line",)),
    "C1": Requirement("the command runs verbs and raw calls", ("test_a_verb_runs_its_tool", "test_call_prints_the_result_as_json")),
    "J1": Requirement("a killed worker fails its job and nothing else", (
        "test_a_worker_killed_in_the_middle_ends_its_job_failed_and_the_next_job_runs",
        "test_a_fit_killed_in_the_middle_leaves_no_dataset_and_no_model")),
    "J2": Requirement("cancel takes effect within a second", ("test_a_cancelled_job_ends_within_a_second_and_leaves_nothing",)),
    "J3": Requirement("a killed server keeps what was finished",
                      ("test_a_killed_server_keeps_finished_datasets_and_loses_only_the_running_job",)),
    "J4": Requirement("the same call is answered from the cache and says so", ("test_the_same_call_is_answered_from_the_cache_and_says_so",)),
    "J5": Requirement("Ctrl-C cancels an inline job", ("test_ctrl_c_cancels_the_job_and_leaves_nothing",)),
    "J6": Requirement("the same seed gives the same bytes", ("test_the_same_seed_gives_the_same_bytes",)),
    "G1": Requirement("real unseen rows score high", ("test_unseen_real_rows_score_high_and_pass_every_gate",)),
    "G2": Requirement("training rows end at 24 or less", ("test_copied_training_rows_fail_privacy_and_end_at_24",)),
    "G3": Requirement("shuffled columns lose quality and utility", ("test_shuffled_columns_lose_quality_and_utility_but_not_privacy",)),
    "G4": Requirement("levels and badges by contract", ("test_the_badge_follows_the_lower_bound_and_the_level_the_score",)),
    "G5": Requirement("SDMetrics' numbers are reproduced", ("test_adult_scores_as_in_sdmetrics", "test_every_kind_of_column_scores_as_in_sdmetrics")),
    "E1": Requirement("bad input is one clear error on every face", (
        "test_python_refuses_with_field_and_rule", "test_workers_refuse_in_the_same_words", "test_the_command_refuses_in_one_line",
        "test_bad_words_give_one_clear_line_and_fail_the_cell", "test_a_bad_argument_is_a_tool_error_that_names_the_field")),
    "W1": Requirement("grid and report work in JupyterLab", ("test_the_quickstart_runs_and_shows_grid_and_report",)),
}  # fmt: skip
