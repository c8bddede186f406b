"""What the schemas can't say, one module a rule. A rule sees one kind of subject and yields what is wrong with it.

A new rule is a new module with a `check`, a line in the tuple of its kind below, and its code in `diagnostics.CODES`.
`ENTRY_RULES` see one entry of a result file, `RESULT_RULES` the whole file; they run on all cores, so that they don't
see `context.peers`. What compares an entry with other results is one of the `CLAIM_RULES`, or of the `REPO_RULES` where
those are of the same repository.
"""

from __future__ import annotations

from evalhub.rules import (
    ambiguous_alias,
    base_model_score,
    date_before_benchmark,
    duplicate_registration,
    duplicate_result,
    duplicate_task,
    file_name_mismatch,
    future_date,
    inconsistent_notes,
    invalid_date,
    local_source,
    malformed_token,
    missing_choices,
    outdated_revision,
    removed_task,
    scale_mismatch,
    source_credentials,
    two_attributions,
    unknown_benchmark,
    unknown_code,
    unknown_config,
    unknown_field,
    unknown_framework,
    unknown_placeholder,
    unknown_revision,
    unknown_spec_key,
    unknown_split,
    unknown_task,
    unofficial_benchmark,
    unpinned_grader,
    unregistered_dataset,
    unregistered_task,
    unusable_source_url,
    unworkable_scorer,
    value_out_of_range,
)
from evalhub.rules.subjects import Check, ClaimCheck, EntryCheck, RepoCheck

ENTRY_RULES: tuple[EntryCheck, ...] = (
    invalid_date.check,
    unknown_benchmark.check,
    unknown_task.check,
    future_date.check,
    date_before_benchmark.check,
    unknown_revision.check,
    outdated_revision.check,
    unusable_source_url.check,
    source_credentials.check,
    local_source.check,
    two_attributions.check,
    malformed_token.check,
)
RESULT_RULES: tuple[Check, ...] = (file_name_mismatch.check, unofficial_benchmark.check)
CLAIM_RULES: tuple[ClaimCheck, ...] = (
    scale_mismatch.check,
    value_out_of_range.check,
    inconsistent_notes.check,
    base_model_score.check,
)
REPO_RULES: tuple[RepoCheck, ...] = (duplicate_result.check,)
SPEC_RULES: tuple[Check, ...] = (
    duplicate_task.check,
    unknown_framework.check,
    unknown_spec_key.check,
    unknown_field.check,
    unknown_config.check,
    unknown_split.check,
    missing_choices.check,
    unworkable_scorer.check,
    unpinned_grader.check,
    unknown_placeholder.check,
    removed_task.check,
)
REGISTRY_RULES: tuple[Check, ...] = (
    ambiguous_alias.check,
    unregistered_dataset.check,
    unregistered_task.check,
    duplicate_registration.check,
    unknown_code.check,
)
