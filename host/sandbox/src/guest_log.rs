//! The lines a guest writes: bounded, and harmless to show.

use crate::guest_text::bounded;
use crate::limits::Limits;
use crate::receipt::{LogLevel, LogLine};

/// Keeps the first lines of one call and counts the rest.
#[derive(Debug)]
pub(crate) struct GuestLog {
    lines: Vec<LogLine>,
    lost: u64,
    max_lines: usize,
    max_chars: usize,
}

impl GuestLog {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            lines: Vec::new(),
            lost: 0,
            max_lines: limits.log_lines,
            max_chars: limits.log_line_chars,
        }
    }

    /// Keeps a message as one line, if there is room.
    pub(crate) fn write(&mut self, level: LogLevel, message: &str) {
        if self.lines.len() >= self.max_lines {
            self.lost += 1;
            return;
        }
        let message = bounded(message, self.max_chars);
        self.lines.push(LogLine { level, message });
    }

    /// The lines, with a last one that says how many were lost, and that number.
    pub(crate) fn finish(self) -> (Vec<LogLine>, u64) {
        let mut lines = self.lines;
        if self.lost > 0 {
            let message = format!(
                "{} more lines were not kept; the limit is {}",
                self.lost, self.max_lines
            );
            lines.push(LogLine {
                level: LogLevel::Warn,
                message,
            });
        }
        (lines, self.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: usize, chars: usize) -> GuestLog {
        GuestLog::new(&Limits {
            log_lines: lines,
            log_line_chars: chars,
            ..Limits::default()
        })
    }

    #[test]
    fn lines_beyond_the_limit_are_counted_and_told() {
        let mut log = log(2, 10);
        for _ in 0..5 {
            log.write(LogLevel::Error, "x");
        }
        let (lines, lost) = log.finish();
        assert_eq!(lost, 3);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2].message, "3 more lines were not kept; the limit is 2");
    }
}
