//! The bytes of a CSV file, closed by one more line's end.
//!
//! The parser takes the end of the file for the end of a quotation. With the added line's end, every row that is whole
//! ends before the file does; one that ends only with the file has a quotation mark that is never closed.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::Path;

/// See the module.
#[derive(Debug)]
pub(super) struct Text {
    file: Take<File>,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    /// The line's end was added; nobody has asked for more yet.
    Added,
    Passed,
}

impl Text {
    /// At most `most` bytes of a file.
    pub(super) fn open(file: &Path, most: u64) -> io::Result<Self> {
        Ok(Self {
            file: File::open(file)?.take(most),
            end: End::Ahead,
        })
    }

    /// Whether the reader asked for more than there is. After a row was read: it did not end by itself.
    pub(super) fn passed(&self) -> bool {
        self.end == End::Passed
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.end != End::Ahead {
            self.end = End::Passed;
            return Ok(0);
        }
        let read = self.file.read(buffer)?;
        match buffer.first_mut() {
            Some(first) if read == 0 => {
                *first = b'\n';
                self.end = End::Added;
                Ok(1)
            }
            _ => Ok(read),
        }
    }
}
