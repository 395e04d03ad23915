"""The compatibility page: both answers in each row, and a test that holds ours."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "compatibility.md"
HERE, API = "compat/test_published_behaviour.py", "compat/test_thermal_landmarks.py"
MARKS, FINDER = "models/published/test_landmarks.py", "models/published/test_face_detector.py"
FILES, STORE = "models/published/test_convert.py", "models/test_store.py"
BY_NAME, PIPE = "models/published/test_landmarker_by_name.py", "test_pipeline.py"

# first cell of a row -> the tests that hold our answer
ROWS: dict[str, list[tuple[str, str]]] = {
    "no face, `multi=False`": [(HERE, "test_no_face_is_two_empty_lists")],
    "no face, `multi=True`": [(HERE, "test_no_face_is_two_empty_lists")],
    "a face, `multi=False`": [(API, "test_lists_of_arrays")],
    "several faces, `multi=True`": [(API, "test_lists_of_arrays")],
    "the same image again": [(HERE, "test_answers_are_bit_equal_in_one_instance")],
    "one or two threads of the network": [
        (HERE, "test_threads_of_the_network_change_no_more_than_rounding")
    ],
    "confidence": [
        (MARKS, "test_sigma_and_confidence_come_from_the_variance_with_the_right_direction"),
        (PIPE, "test_a_face_has_every_value_in_range"),
    ],
    "`sliding_window=True`, types": [
        (HERE, "test_sliding_windows_ignore_multi_and_answer_in_float32")
    ],
    "`sliding_window=True`, no face in view": [
        (HERE, "test_sliding_windows_refuse_what_is_no_face")
    ],
    "`sliding_window=True`, any NaN, or `max_lvl` beyond the deepest level": [
        (HERE, "test_sliding_windows_answer_beside_nan_and_beyond_the_deepest_level"),
        (MARKS, "test_sliding_works_on_any_size"),
    ],
    "`sliding_window=True` on sizes such as 101x120": [
        (HERE, "test_sliding_windows_work_at_any_size"),
        (MARKS, "test_sliding_works_on_any_size"),
    ],
    "`sliding_window=True`": [(HERE, "test_sliding_windows_run_no_detector")],
    "two threads, one instance": [(HERE, "test_threads_of_one_instance_get_their_own_faces")],
    "after an error": [(HERE, "test_a_fault_leaves_nothing_behind")],
    "a face at the border of the image": [(HERE, "test_a_face_at_the_border_is_told_where_it_is")],
    "a box of no width": [
        (HERE, "test_other_faces_are_answered_beside_a_degenerate_box"),
        (MARKS, "test_a_box_of_no_width_loses_no_other_face"),
        (FINDER, "test_boxes_are_cut_at_the_edges_and_dropped_when_nothing_is_left"),
    ],
    "`normalize=False`": [
        (HERE, "test_without_normalisation_the_bundled_weights_answer_the_same"),
        (MARKS, "test_without_normalisation_the_window_is_not_stretched"),
    ],
    "`eta=1`, `stride=0`": [(API, "test_wrong_arguments_are_sentences")],
    "`stride=500`": [(HERE, "test_a_stride_larger_than_the_image_works")],
    "`max_lvl`": [(HERE, "test_max_lvl_is_the_finest_level")],
    "which faces": [
        (API, "test_limits_of_process_are_those_of_detect"),
        (API, "test_wrong_limits_of_process_are_sentences"),
        (PIPE, "test_the_least_score_is_that_of_the_pair"),
        (PIPE, "test_the_number_of_faces_never_grows_with_the_least_score"),
    ],
    "a face in a face": [
        (MARKS, "test_a_face_in_a_face_is_answered_as_published"),
        ("geometry/test_boxes.py", "test_suppress_keeps_the_better_of_doubles"),
    ],
    "pickling or deep-copying an instance": [(HERE, "test_instances_copy_and_pickle")],
    "`landmarker.last_sparse_lm`, `.face_tracker`": [
        (MARKS, "test_a_face_of_published_weights_is_whole")
    ],
    "many images": [
        (API, "test_a_batch_of_sliding_windows_answers_image_by_image"),
        ("test_batch.py", "test_an_unreadable_image_names_itself_and_loses_nothing"),
    ],
    "centikelvin, kelvin, 14-bit counts, deci-degrees": [
        (HERE, "test_numbers_of_any_unit_and_layout_are_the_same_face")
    ],
    "Celsius with a few per cent of hot or cold pixels": [
        (HERE, "test_two_per_cent_of_hot_or_cold_pixels_change_no_meaning")
    ],
    'Celsius, all below 20 or above 40 degrees, or 16-bit with `mode="temperature"`': [
        (HERE, "test_numbers_of_any_unit_and_layout_are_the_same_face")
    ],
    "8-bit of 0 and 1 only": [(HERE, "test_levels_of_0_and_1_are_brightness_like_any_other")],
    "NaN anywhere": [(HERE, "test_one_bad_pixel_moves_nothing")],
    "one burning or dead pixel, infinities, NaN in the corner": [
        (HERE, "test_one_bad_pixel_moves_nothing")
    ],
    "3 channels": [(HERE, "test_colours_are_read_and_alpha_dropped")],
    "4 channels, (height, width, 1)": [
        (HERE, "test_colours_are_read_and_alpha_dropped"),
        (HERE, "test_numbers_of_any_unit_and_layout_are_the_same_face"),
    ],
    "masked array": [(HERE, "test_masked_pixels_are_not_measured")],
    "list, torch tensor, array of Python objects": [
        (HERE, "test_numbers_of_any_unit_and_layout_are_the_same_face"),
        (PIPE, "test_objects_that_are_numbers_are_an_image"),
    ],
    "float64, float16, Fortran order, strided, mirrored, big-endian, read-only": [
        (HERE, "test_numbers_of_any_unit_and_layout_are_the_same_face"),
        (HERE, "test_the_input_is_not_changed"),
    ],
    "16x16": [(HERE, "test_sixteen_pixels_are_enough")],
    "bool, complex, objects that are no numbers, empty, 1-D, 2 or 5 channels, 1x1, "
    "strips of 8 pixels, all NaN": [(HERE, "test_what_is_no_image_is_a_sentence")],
    "one grey": [(HERE, "test_no_face_is_two_empty_lists")],
    "640x480, 480x640": [
        (HERE, "test_what_the_bundled_detector_sees_is_of_one_size"),
        (FINDER, "test_letterbox"),
    ],
    "4000x3000": [
        (HERE, "test_a_face_in_twelve_megapixels_is_found"),
        (HERE, "test_any_height_works_in_silence"),
    ],
    "first use, offline": [(HERE, "test_the_published_readme_runs_offline_and_writes_nothing")],
    "published weights cached, offline": [(BY_NAME, "test_published_files_are_found_by_name")],
    "a damaged file in the cache": [
        (STORE, "test_changed_file_is_refused_until_it_is_downloaded_again"),
        (STORE, "test_wrong_file_pinned_without_torch_says_how_to_be_rid_of_it"),
    ],
    "damaged or foreign weights file, or the downloaded `478.pt` as `model_path`": [
        (HERE, "test_damaged_files_are_one_sentence"),
        (FILES, "test_other_files_are_sentences"),
        (FILES, "test_the_first_wrong_entry_is_named"),
        (FILES, "test_entries_of_another_kind_are_refused_by_name"),
        (FILES, "test_pickled_code_never_runs"),
        (MARKS, "test_both_layouts_and_every_suffix_load"),
    ],
    "`n_landmarks=68`": [(HERE, "test_wrong_arguments_are_sentences")],
    '`weights="tfan-70"`': [
        (BY_NAME, "test_published_files_are_found_by_name"),
        (HERE, "test_wrong_arguments_are_sentences"),
    ],
    "`pipeline=`": [(API, "test_what_loads_networks_is_refused_beside_a_pipeline")],
    "weights of the other number of landmarks": [
        (MARKS, "test_the_number_of_landmarks_is_checked")
    ],
    '`device="cuda"` without CUDA': [(HERE, "test_cuda_without_cuda_is_one_sentence")],
    "`device=None`": [(API, "test_device_none_is_the_cpu")],
    '`device="banana"`': [(HERE, "test_wrong_arguments_are_sentences")],
    '`device="auto"`, `gpus=[0, 1]`': [
        (HERE, "test_auto_without_cuda_is_the_processor"),
        (HERE, "test_what_runs_is_told"),
        ("models/test_gpu.py", "test_two_devices_share_a_batch"),
    ],
    "every construction": [
        (HERE, "test_the_published_readme_runs_offline_and_writes_nothing"),
        (STORE, "test_licence_is_said_of_found_files_too_once"),
    ],
    "image heights that are no multiple of 32": [(HERE, "test_any_height_works_in_silence")],
    "needs": [(FINDER, "test_a_converted_file_gives_the_golden_rows_without_torch")],
    "crop": [(MARKS, "test_process_of_temperatures"), (MARKS, "test_process_of_pixels")],
    "grey": [(MARKS, "test_process_of_temperatures"), (MARKS, "test_process_of_pixels")],
    "looks at a face": [(MARKS, "test_a_second_look_is_refused")],
    "boxes": [
        (MARKS, "test_a_face_of_published_weights_is_whole"),
        (FINDER, "test_boxes_return_to_whole_pixels_of_a_landscape_frame"),
    ],
    "what the detector sees": [
        (FINDER, "test_what_the_network_sees"),
        (FINDER, "test_a_picture_that_shrinks_is_averaged_over_areas"),
    ],
    "sliding window": [
        (MARKS, "test_sliding_window"),
        (MARKS, "test_third_output_of_the_sliding_window"),
    ],
    "`sigma_px`": [
        (MARKS, "test_sigma_and_confidence_come_from_the_variance_with_the_right_direction")
    ],
    "`visibility`": [(MARKS, "test_visibility_is_1_inside_the_image_and_0_outside")],
    "head pose": [(MARKS, "test_a_face_of_published_weights_is_whole")],
    "`quality`": [(MARKS, "test_a_face_of_published_weights_is_whole")],
}


def rows() -> list[list[str]]:
    """Return the cells of each row of the page's tables, without their heads."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|-"):
            found.append(cells)
    return [cells for cells in found if cells[1:2] != ["published 1.0.0"]]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def test_every_row_has_both_answers():
    assert all(len(cells) == 3 and all(cells) for cells in rows())


def test_every_row_of_the_page_is_tested_and_every_tested_row_is_there():
    keys = [cells[0] for cells in rows()]
    assert len(keys) == len(set(keys))
    assert keys == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_the_tests_of_a_row_exist(row):
    assert ROWS[row]
    missing = [f"{path}::{name}" for path, name in ROWS[row] if name not in names_in(path)]
    assert missing == []
