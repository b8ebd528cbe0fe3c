//! Records that join two others, found from either side.

use imbl::{OrdMap, OrdSet};

type Text = Box<str>;

/// Which records are joined, and by which record.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    by_id: OrdMap<Text, (Text, Text)>,
    forth: OrdSet<(Text, Text, Text)>,
    back: OrdSet<(Text, Text, Text)>,
}

impl Pairs {
    /// What the first of a pair is joined with, and the id of the record that joins them.
    pub fn of<'a>(&'a self, one: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        beginning(&self.forth, one)
    }

    /// What the second of a pair is joined with, and the id of the record that joins them.
    pub fn to<'a>(&'a self, other: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        beginning(&self.back, other)
    }

    /// The records that join these two. There should be one at most, but two people may have made one each.
    pub fn joining(&self, one: &str, other: &str) -> Vec<String> {
        self.of(one).filter(|(known, _)| *known == other).map(|(_, id)| id.to_owned()).collect()
    }

    pub(super) fn take(&mut self, id: &str, pair: Option<(&str, &str)>) {
        if let Some((one, other)) = self.by_id.remove(id) {
            self.forth.remove(&(one.clone(), other.clone(), id.into()));
            self.back.remove(&(other, one, id.into()));
        }
        if let Some((one, other)) = pair {
            self.by_id.insert(id.into(), (one.into(), other.into()));
            self.forth.insert((one.into(), other.into(), id.into()));
            self.back.insert((other.into(), one.into(), id.into()));
        }
    }
}

fn beginning<'a>(set: &'a OrdSet<(Text, Text, Text)>, with: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let from: (Text, Text, Text) = (with.into(), "".into(), "".into());
    set.range(from..).take_while(move |(first, ..)| **first == *with).map(|(_, second, id)| (&**second, &**id))
}
