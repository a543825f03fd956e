//! How far a replay has come.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on the terminal for so many blocks in all; nothing if nobody watches.
pub(crate) fn bar(blocks: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{msg:<12} {bar:40} {percent:>3} %  {human_pos} of {human_len} blocks  {eta} left",
    );
    let bar = ProgressBar::new(blocks).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
