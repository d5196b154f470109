//! Whether the configuration's files have changed, as one number.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::config::tenant_names;
use crate::walk::{OF_TENANT, state, walk};

/// A file outside the configuration folder that `tenant.yaml` refers to, as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Referred {
    pub path: PathBuf,
    pub stamp: u64,
}

impl Referred {
    /// To be called before the file is read, so that a change in between is noticed.
    pub fn look(path: PathBuf) -> Self {
        let mut hasher = DefaultHasher::new();
        state(&fs::metadata(&path).as_ref().map_err(copied), &mut hasher);
        Self {
            path,
            stamp: hasher.finish(),
        }
    }

    /// Whether the file is another by now.
    pub fn has_changed(&self) -> bool {
        Self::look(self.path.clone()) != *self
    }
}

/// Changes when a file below `tenants/` appears, vanishes, or is written, replaced or made readable.
pub(crate) fn of_folder(dir: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let tenants = dir.join("tenants");
    let names = match tenant_names(&tenants) {
        Ok(names) => names,
        Err(error) => {
            error.kind().hash(&mut hasher);
            return hasher.finish();
        }
    };
    for name in names {
        name.hash(&mut hasher);
        let folder = tenants.join(&name);
        state(&fs::metadata(&folder).as_ref().map_err(copied), &mut hasher);
        let walked = walk(&folder, OF_TENANT, &mut |found| {
            found.name.hash(&mut hasher);
            state(&found.metadata, &mut hasher);
        });
        walked.is_ok().hash(&mut hasher);
    }
    hasher.finish()
}

fn copied(error: &std::io::Error) -> std::io::Error {
    error.kind().into()
}
