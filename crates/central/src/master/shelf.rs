//! Records of one table by id, and by the word that people call them by. A copy of a shelf costs nothing.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde_json::{Map, Value};

/// What is kept of a record.
pub trait Kept {
    fn read(id: &str, body: &Map<String, Value>) -> Self;

    /// What people call it by, such as its code. Upper and lower case are the same.
    fn word(&self) -> &str;
}

#[derive(Debug)]
pub struct Shelf<T> {
    by_id: OrdMap<Box<str>, Arc<T>>,
    by_word: OrdSet<(Box<str>, Box<str>)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { by_id: OrdMap::new(), by_word: OrdSet::new() }
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self { by_id: self.by_id.clone(), by_word: self.by_word.clone() }
    }
}

impl<T: Kept> Shelf<T> {
    pub fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.by_id.get(id)
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.by_id.values()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Those that are called so.
    pub fn called(&self, word: &str) -> impl Iterator<Item = &Arc<T>> {
        let word: Box<str> = folded(word);
        let from = (word.clone(), Box::from(""));
        let same = self.by_word.range(from..).take_while(move |(known, _)| *known == word);
        same.filter_map(|(_, id)| self.by_id.get(id))
    }

    pub(super) fn take(&mut self, id: &str, body: Option<&Map<String, Value>>) {
        if let Some(before) = self.by_id.remove(id) {
            self.by_word.remove(&(folded(before.word()), id.into()));
        }
        if let Some(body) = body {
            let kept = T::read(id, body);
            self.by_word.insert((folded(kept.word()), id.into()));
            self.by_id.insert(id.into(), Arc::new(kept));
        }
    }
}

fn folded(word: &str) -> Box<str> {
    word.trim().to_lowercase().into()
}
