//! Chunks in memory, bounded by bytes, fairly among tenants.

use std::collections::HashMap;
use std::sync::Arc;

use hashlink::LruCache;
use parking_lot::Mutex;

use super::chunk::Chunk;
use super::key::Place;

/// All tenants' chunks. When there are too many, the tenant that has most loses those that it did not need for longest:
/// one that asks for everything drives out nobody's but its own.
#[derive(Debug)]
pub(super) struct Shelves {
    most_bytes: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: usize,
    tenants: HashMap<Arc<str>, Shelf>,
}

#[derive(Debug)]
struct Shelf {
    bytes: usize,
    chunks: LruCache<Place, (Arc<Chunk>, usize)>,
}

impl Shelves {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            state: Mutex::default(),
        }
    }

    /// The chunks of these places, each if it is there.
    pub(super) fn get(&self, tenant: &str, places: impl Iterator<Item = Place>) -> Vec<Option<Arc<Chunk>>> {
        let mut state = self.state.lock();
        match state.tenants.get_mut(tenant) {
            None => places.map(|_| None).collect(),
            Some(shelf) => places
                .map(|place| shelf.chunks.get(&place).map(|(chunk, _)| chunk.clone()))
                .collect(),
        }
    }

    /// Keeps a chunk in the place of the one that was there.
    pub(super) fn put(&self, tenant: &Arc<str>, place: Place, chunk: Arc<Chunk>) {
        let bytes = chunk.bytes() + std::mem::size_of::<Place>() + 64;
        if bytes > self.most_bytes {
            return;
        }
        let mut state = self.state.lock();
        let State {
            bytes: all_bytes,
            tenants,
        } = &mut *state;
        let shelf = tenants.entry(tenant.clone()).or_insert_with(|| Shelf {
            bytes: 0,
            chunks: LruCache::new_unbounded(),
        });
        let replaced = shelf
            .chunks
            .insert(place, (chunk, bytes))
            .map_or(0, |(_, bytes)| bytes);
        shelf.bytes = (shelf.bytes + bytes).saturating_sub(replaced);
        *all_bytes = (*all_bytes + bytes).saturating_sub(replaced);
        if *all_bytes > self.most_bytes {
            // A little more than needed, so that the largest need not be looked for each time.
            state.shrink(self.most_bytes - self.most_bytes / 32);
        }
    }

    /// Drops everything of a tenant.
    pub(super) fn forget(&self, tenant: &str) {
        let mut state = self.state.lock();
        if let Some(shelf) = state.tenants.remove(tenant) {
            state.bytes = state.bytes.saturating_sub(shelf.bytes);
        }
    }

    /// What is kept, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.state.lock().bytes
    }
}

impl State {
    fn shrink(&mut self, to: usize) {
        while self.bytes > to {
            let largest = self.tenants.iter_mut().max_by_key(|(_, shelf)| shelf.bytes);
            let Some((tenant, shelf)) = largest else { return };
            // A few at a time: then another tenant may be the largest.
            for _ in 0..16 {
                let Some((_, (_, bytes))) = shelf.chunks.remove_lru() else {
                    break;
                };
                shelf.bytes = shelf.bytes.saturating_sub(bytes);
                self.bytes = self.bytes.saturating_sub(bytes);
                if self.bytes <= to {
                    break;
                }
            }
            if shelf.chunks.is_empty() {
                let tenant = tenant.clone();
                self.tenants.remove(&tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunk::{Draft, Measure, Part};
    use super::super::key::Key;
    use super::*;

    fn chunk() -> Arc<Chunk> {
        let mut draft = Draft::new(Measure::Mean, 0);
        draft.fill(u64::MAX);
        for slot in 0..64 {
            let part = Part { value: 1.0, count: 1 };
            draft.add(&"series".into(), slot, part);
        }
        Arc::new(draft.finish())
    }

    fn place(chunk: i64) -> Place {
        Place {
            key: Key::for_test(1),
            width: 60,
            chunk,
        }
    }

    #[test]
    fn a_tenant_that_asks_for_everything_drives_out_only_its_own() {
        let shelves = Shelves::new(200 * chunk().bytes());
        let (modest, greedy): (Arc<str>, Arc<str>) = ("modest".into(), "greedy".into());
        for number in 0..20 {
            shelves.put(&modest, place(number), chunk());
        }
        for number in 0..10_000 {
            shelves.put(&greedy, place(number), chunk());
        }
        assert!(shelves.bytes() <= 200 * chunk().bytes());
        assert!(
            shelves
                .get("modest", (0..20).map(place))
                .iter()
                .all(Option::is_some)
        );
        let last = shelves.get("greedy", [place(0), place(9_999)].into_iter());
        assert!(last[0].is_none() && last[1].is_some());
    }

    #[test]
    fn what_is_forgotten_is_gone_and_its_bytes_are_free() {
        let shelves = Shelves::new(1_000_000);
        let tenant: Arc<str> = "a".into();
        shelves.put(&tenant, place(1), chunk());
        shelves.put(&tenant, place(1), chunk());
        shelves.put(&tenant, place(2), chunk());
        assert!(shelves.bytes() > 2 * chunk().bytes());
        shelves.forget("a");
        assert_eq!(shelves.bytes(), 0);
        assert!(shelves.get("a", [place(1)].into_iter())[0].is_none());
    }
}
