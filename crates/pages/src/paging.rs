//! A long list in pages: which rows are shown, how many there are, and the way to the other pages.

use crate::texts::Texts;

/// Where one is in a list. Shown by `paging.html`.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Rows that match what is looked for, and all rows.
    pub shown: String,
    pub total: String,
    /// From 0.
    pub page: usize,
    pub pages: usize,
    /// The address of a page without its number.
    address: String,
}

impl Paging {
    /// The rows of a page, at most `most`. `total` is how many rows there are without a search; `address` ends where the number of
    /// the page follows, as in `/stores?q=x&page=`.
    pub fn cut<T>(
        found: Vec<T>,
        total: usize,
        (page, most): (usize, usize),
        address: String,
        t: &Texts,
    ) -> (Vec<T>, Self) {
        let pages = found.len().div_ceil(most).max(1);
        let page = page.min(pages - 1);
        let shown = t.number(found.len() as u64);
        let rows = found.into_iter().skip(page * most).take(most).collect();
        (rows, Self { shown, total: t.number(total as u64), page, pages, address })
    }

    /// The address of the page before this one.
    pub fn before(&self) -> Option<String> {
        let before = self.page.checked_sub(1)?;
        Some(format!("{}{before}", self.address))
    }

    /// The address of the page after this one.
    pub fn after(&self) -> Option<String> {
        let after = self.page + 1;
        (after < self.pages).then(|| format!("{}{after}", self.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn pages_begin_and_end_where_rows_do() {
        let cut = |found: usize, page| {
            let t = Texts::of(Language::English);
            let (rows, paging) = Paging::cut((0..found).collect(), 2_000, (page, 300), "/x?page=".to_owned(), t);
            (rows.first().copied(), rows.len(), paging.before(), paging.after())
        };
        assert_eq!(cut(0, 0), (None, 0, None, None));
        assert_eq!(cut(300, 0), (Some(0), 300, None, None));
        assert_eq!(cut(301, 0), (Some(0), 300, None, Some("/x?page=1".to_owned())));
        assert_eq!(cut(301, 1), (Some(300), 1, Some("/x?page=0".to_owned()), None));
        assert_eq!(
            cut(301, 99),
            (Some(300), 1, Some("/x?page=0".to_owned()), None),
            "a page that is not there any more"
        );
    }
}
