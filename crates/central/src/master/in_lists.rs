//! What is in a list: items, and the facilities whose stores see it. Each has a table of records that join it with lists.

use std::collections::BTreeSet;

use serde_json::json;
use sitesync_store::StoreError;

use super::index::Master;
use super::list::Turn;
use super::pairs::Pairs;
use super::plan::Plan;

/// What is joined with lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InLists {
    Items,
    Names,
}

impl InLists {
    fn pairs(self, master: &Master) -> &Pairs {
        match self {
            Self::Items => &master.items_lists,
            Self::Names => &master.names_lists,
        }
    }

    /// The table, the column of what is joined, and the column of the list.
    fn table(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Items => ("list_master_line", "item_ID", "item_master_ID"),
            Self::Names => ("list_master_name_join", "name_ID", "list_master_ID"),
        }
    }

    fn put(self, plan: &mut Plan<'_>, one: &str, list: &str) -> Result<(), StoreError> {
        if !self.pairs(&plan.master).joining(one, list).is_empty() {
            return Ok(());
        }
        let (table, one_column, list_column) = self.table();
        let id = plan.new_id();
        plan.put(table, &id, [(list_column, json!(list)), (one_column, json!(one))])
    }

    fn take_out(self, plan: &mut Plan<'_>, one: &str, list: &str) {
        for join in self.pairs(&plan.master).joining(one, list) {
            plan.delete(self.table().0, &join);
        }
    }

    /// Puts `one` into these lists and takes it out of all others. Joins with lists that are gone, which no form shows, stay.
    pub(super) fn set(self, plan: &mut Plan<'_>, one: &str, lists: &BTreeSet<String>) -> Result<(), StoreError> {
        let before: BTreeSet<_> = self.pairs(&plan.master).of(one).map(|(list, _)| list.to_owned()).collect();
        let before: BTreeSet<_> = before.into_iter().filter(|list| plan.master.lists.get(list).is_some()).collect();
        before.difference(lists).for_each(|list| self.take_out(plan, one, list));
        lists.iter().try_for_each(|list| self.put(plan, one, list))
    }

    /// Puts into a list what comes, and takes out what goes.
    pub(super) fn turn(self, plan: &mut Plan<'_>, turn: &Turn, list: &str) -> Result<(), StoreError> {
        turn.remove.iter().for_each(|one| self.take_out(plan, one, list));
        turn.add.iter().try_for_each(|one| self.put(plan, one, list))
    }
}
