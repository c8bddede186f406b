"""What the schemas can't say, one module a rule. A rule sees one kind of subject and yields what is wrong with it.

A new rule is a new module with a `check` whose findings have one code, a line in the table of its kind below, and the
code in `diagnostics.CODES`.
`ENTRY_RULES` see one entry of a result file, `RESULT_RULES` the whole file; they run on all cores, so that they don't
see `context.peers`. What compares an entry with other results is one of the `CLAIM_RULES`, or of the `REPO_RULES` where
those are of the same repository.
"""

from __future__ import annotations

from collections.abc import Mapping

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

ENTRY_RULES: Mapping[str, EntryCheck] = {
    "EH207": invalid_date.check,
    "EH203": unknown_benchmark.check,
    "EH204": unknown_task.check,
    "EH211": future_date.check,
    "EH212": date_before_benchmark.check,
    "EH213": unknown_revision.check,
    "EH214": outdated_revision.check,
    "EH215": unusable_source_url.check,
    "EH216": source_credentials.check,
    "EH217": local_source.check,
    "EH218": two_attributions.check,
    "EH222": malformed_token.check,
}
RESULT_RULES: Mapping[str, Check] = {
    "EH220": file_name_mismatch.check,
    "EH221": unofficial_benchmark.check,
}
CLAIM_RULES: Mapping[str, ClaimCheck] = {
    "EH209": scale_mismatch.check,
    "EH210": value_out_of_range.check,
    "EH219": inconsistent_notes.check,
    "EH223": base_model_score.check,
}
REPO_RULES: Mapping[str, RepoCheck] = {
    "EH205": duplicate_result.check,
}
SPEC_RULES: Mapping[str, Check] = {
    "EH301": duplicate_task.check,
    "EH302": unknown_framework.check,
    "EH303": unknown_spec_key.check,
    "EH304": unknown_field.check,
    "EH305": unknown_config.check,
    "EH306": unknown_split.check,
    "EH307": missing_choices.check,
    "EH308": unworkable_scorer.check,
    "EH309": unpinned_grader.check,
    "EH310": unknown_placeholder.check,
    "EH311": removed_task.check,
}
REGISTRY_RULES: Mapping[str, Check] = {
    "EH401": ambiguous_alias.check,
    "EH402": unregistered_dataset.check,
    "EH403": unregistered_task.check,
    "EH404": duplicate_registration.check,
    "EH405": unknown_code.check,
}
