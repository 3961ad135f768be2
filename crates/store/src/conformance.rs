//! What every implementation of the store has to do. `conformance!(Fixture)` runs it on one.

mod applying;
mod audit;
mod backup;
mod history;
mod notes;
mod paging;
mod together;

use serde_json::Value;

pub(crate) use self::{
    applying::*, audit::*, backup::*, history::*, notes::*, paging::*, together::*,
};
use crate::{Action, ActorKind, Applied, ApplyError, Change, ChangeMeta, Entry, Kind, Store};

/// An empty database, to be opened and opened again.
pub(crate) trait Fixture: Sized {
    /// None where what it takes is not installed.
    fn new() -> Option<Self>;
    fn open(&self) -> Store;
    /// Runs SQL past the store, which is not open.
    fn tamper(&self, sql: &str);
}

macro_rules! conformance {
    ($fixture:ty) => {
        conformance! { $fixture:
            rules_make_revisions_and_the_directory_takes_numbers
            what_changes_nothing_takes_no_number
            a_document_changed_twice_is_one_entry
            patches_are_merged_and_made_canonical
            another_version_is_a_conflict
            a_refused_set_leaves_no_trace
            the_validation_sees_the_result
            a_panic_in_the_validation_undoes_the_set
            what_cannot_be_a_document_is_refused
            the_hash_is_of_the_content_alone
            the_past_is_what_it_was
            old_revisions_and_changes_are_forgotten
            the_newest_two_revisions_are_never_forgotten
            the_log_is_filtered_and_paged
            appliers_wait_for_each_other
            watchers_are_told
            a_reader_sees_one_moment
            a_note_about_the_database_stays
            management_takes_numbers_and_makes_no_revision
            every_change_set_and_event_is_a_link
            the_chain_outlives_what_is_forgotten
            whoever_changes_the_past_is_found
            whoever_takes_a_document_out_is_found
            long_reads_keep_no_others_waiting
            the_trail_says_who_from_where_and_what
            the_trail_is_filtered
            a_tenant_s_trail_has_all_that_is_its_own
            what_can_be_no_id_is_not_found
            what_no_event_can_be_is_refused
            notes_come_and_go
            notes_of_several_spaces_are_written_together
            notes_end
            one_taker_gets_a_note
            notes_are_listed_by_their_beginnings
            what_cannot_be_a_note_is_refused
            documents_are_paged
            a_backup_brings_everything_back
            nothing_follows_from_what_was_before_a_restore
            no_key_of_secrets_is_lost_by_a_restore
            keys_that_two_nodes_made_are_both_kept
            what_is_no_backup_changes_nothing
        }
    };
    ($fixture:ty: $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let Some(fixture) = <$fixture as crate::conformance::Fixture>::new() else {
                    return;
                };
                crate::conformance::$case(&fixture).await;
            }
        )*
    };
}
pub(crate) use conformance;

pub(crate) fn kind(name: &str) -> Kind {
    Kind::new(name).unwrap()
}

pub(crate) fn put(name: &str, id: &str, value: Value) -> Change {
    Change::new(kind(name), id, Action::Put(value))
}

pub(crate) fn merge(name: &str, id: &str, patch: Value) -> Change {
    Change::new(kind(name), id, Action::Merge(patch))
}

pub(crate) fn delete(name: &str, id: &str) -> Change {
    Change::new(kind(name), id, Action::Delete)
}

pub(crate) fn meta(at_ms: i64) -> ChangeMeta {
    ChangeMeta {
        actor: ActorKind::User,
        from: Some("192.0.2.7".to_owned()),
        ..ChangeMeta::local("lin@example.com", at_ms, &format!("at {at_ms}"), "test")
    }
}

pub(crate) type Result<T> = std::result::Result<T, ApplyError<&'static str>>;

pub(crate) async fn try_apply(store: &Store, changes: Vec<Change>) -> Result<Applied<()>> {
    store.apply(changes, meta(1_000), |_| Ok(())).await
}

pub(crate) async fn apply(store: &Store, changes: Vec<Change>) -> Applied<()> {
    try_apply(store, changes).await.unwrap()
}

pub(crate) fn entry(name: &str, id: &str, before: Option<&str>, after: Option<&str>) -> Entry {
    Entry {
        kind: kind(name),
        id: id.into(),
        before: before.map(Into::into),
        after: after.map(Into::into),
    }
}
