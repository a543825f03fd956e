//! What is asked of an index, put together as SQL.

use rusqlite::types::ToSql;
use rusqlite::{Row, Statement};

use crate::index::signed;
use crate::{EventFilter, Failed, Order, Page, Place};

/// What leads to events, `e`.
mod events_of {
    pub(super) const VAULT: &str = "chapters c CROSS JOIN vault_history v ON v.chapter = c.chapter
        CROSS JOIN json_each(v.places) p CROSS JOIN events e ON e.place = p.value";
    pub(super) const SUBJECT: &str =
        "chapters c CROSS JOIN subjects s ON s.chapter = c.chapter CROSS JOIN events e ON e.place = s.place";
    pub(super) const SPAN: &str = "spans s CROSS JOIN events e ON e.place BETWEEN s.span << 8 AND (s.span << 8) + 255";
}

/// Conditions of a query and what they are asked of.
#[derive(Default)]
pub(crate) struct Conditions {
    all: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    /// `condition` with `?` for the value.
    pub(crate) fn add(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        let mark = format!("?{}", self.values.len());
        self.all.push(condition.replace('?', &mark));
    }

    /// Of the rows of a column only those after the page's beginning.
    pub(crate) fn after(&mut self, column: &str, page: &Page) {
        if let Some(after) = page.after {
            self.add(&format!("{column} {} ?", page.order.than()), after.number());
        }
    }

    /// Of the chapters, `c`, only those where the page may have rows.
    pub(crate) fn chapters(&mut self, page: &Page) {
        if let Some(after) = page.after {
            let of_after = "coalesce((SELECT max(chapter) FROM chapters WHERE begins <= ?), 0)";
            let condition = format!("c.chapter {}= {of_after}", page.order.than());
            self.add(&condition, signed(after.height().0));
        }
    }

    /// From where the events of a filter, `e`, are found, and by which columns they are in order. The first that it names leads to
    /// them, of vault, auction, account, kind, type; of all else they are asked one by one.
    pub(crate) fn lead_to(&mut self, filter: &EventFilter, page: &Page) -> (&'static str, &'static [&'static str]) {
        let EventFilter {
            kind,
            vault,
            auction,
            account,
            collateral_type,
        } = filter;
        let subject = match (auction, account) {
            (Some(auction), _) => Some(("auction", boxed(signed(auction.0)))),
            (None, Some(account)) => Some(("account", boxed(account.0))),
            (None, None) => None,
        };
        let span = match (kind, collateral_type) {
            (Some(kind), _) => Some(("kind", boxed(kind.clone()))),
            (None, Some(of)) => Some(("type", boxed(of.0))),
            (None, None) => None,
        };
        let lead: (_, &[&str]) = if let Some(vault) = vault {
            self.chapters(page);
            self.add("v.vault = ?", signed(vault.0));
            self.not_before("v.height", page, |after| signed(after.height().0));
            (events_of::VAULT, &["c.chapter", "v.height", "e.place"])
        } else if let Some((what, id)) = subject {
            self.chapters(page);
            self.add(&format!("s.what = '{what}' AND s.id = ?"), id);
            self.not_before("s.place", page, Place::number);
            (events_of::SUBJECT, &["c.chapter", "s.place"])
        } else if let Some((what, id)) = span {
            self.add(&format!("s.what = '{what}' AND s.id = ?"), id);
            self.not_before("s.span", page, Place::span);
            if let (Some(_), Some(of)) = (kind, collateral_type) {
                let also = "EXISTS (SELECT 1 FROM spans o WHERE o.what = 'type' AND o.id = ? AND o.span = s.span)";
                self.add(also, of.0);
            }
            (events_of::SPAN, &["s.span", "e.place"])
        } else {
            ("events e", &["e.place"])
        };
        if let Some(auction) = auction {
            self.add("e.auction = ?", signed(auction.0));
        }
        if let (Some(account), true) = (account, vault.is_some() || auction.is_some()) {
            let also = "EXISTS (SELECT 1 FROM subjects o WHERE o.chapter = c.chapter AND o.place = e.place";
            self.add(&format!("{also} AND o.what = 'account' AND o.id = ?)"), account.0);
        }
        if let Some(of) = collateral_type {
            self.add("e.collateral_type = ?", of.0);
        }
        if let Some(kind) = kind {
            self.add("e.kind = ?", kind.clone());
        }
        self.after("e.place", page);
        lead
    }

    /// Rows of a column with which the page may begin, or which come after it.
    pub(crate) fn not_before(&mut self, column: &str, page: &Page, of: impl FnOnce(Place) -> i64) {
        if let Some(after) = page.after {
            self.add(&format!("{column} {}= ?", page.order.than()), of(after));
        }
    }

    /// The end of a query, ordered by columns; one row more than the page has tells whether another page follows.
    pub(crate) fn query(&self, select: &str, by: &[&str], page: &Page) -> String {
        let direction = match page.order {
            Order::Newest => "DESC",
            Order::Oldest => "ASC",
        };
        let by: Vec<String> = by.iter().map(|column| format!("{column} {direction}")).collect();
        let by = by.join(", ");
        let conditions = if self.all.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.all.join(" AND "))
        };
        let limit = page.limit.saturating_add(1);
        format!("{select}{conditions} ORDER BY {by} LIMIT {limit}")
    }

    pub(crate) fn rows<T>(
        &self,
        statement: &mut Statement<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Failed>,
    ) -> Result<Vec<T>, Failed> {
        let values = rusqlite::params_from_iter(self.values.iter().map(|value| &**value));
        let mut rows = statement.query(values).map_err(Failed::of)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(Failed::of)? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

fn boxed(value: impl ToSql + 'static) -> Box<dyn ToSql> {
    Box::new(value)
}

#[cfg(test)]
mod tests;
