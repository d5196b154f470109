//! Layers: who calls stands left of what is called. (The method is Sugiyama's, in its simplest form.)

/// What stands in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A service, by number.
    Service(usize),
    /// Where the line of a pair, by number, passes through.
    Bend(usize),
}

/// Services and bends by layer, in the order they stand, and the way of each pair from layer to layer.
#[derive(Debug)]
pub struct Layers {
    pub layers: Vec<Vec<Slot>>,
    /// Of each pair: the layer it begins in, and its slots. In a circle a pair leads backwards; its way is written
    /// forwards all the same.
    pub ways: Vec<(usize, Vec<Slot>)>,
}

impl Layers {
    /// Of so many services and these pairs.
    pub fn of(services: usize, pairs: &[(usize, usize)]) -> Self {
        let forward = without_circles(services, pairs);
        let depth = depths(services, &forward);
        let count = depth.iter().map(|depth| depth + 1).max().unwrap_or(0);
        let mut layers: Vec<Vec<Slot>> = vec![Vec::new(); count];
        for (service, depth) in depth.iter().enumerate() {
            if let Some(layer) = layers.get_mut(*depth) {
                layer.push(Slot::Service(service));
            }
        }
        let mut ways = Vec::new();
        for (number, (from, to)) in forward.iter().enumerate() {
            let [Some(begin), Some(end)] = [from, to].map(|service| depth.get(*service).copied()) else {
                continue;
            };
            let mut way = vec![Slot::Service(*from)];
            for layer in layers.iter_mut().take(end).skip(begin + 1) {
                layer.push(Slot::Bend(number));
                way.push(Slot::Bend(number));
            }
            way.push(Slot::Service(*to));
            ways.push((begin, way));
        }
        let mut found = Self { layers, ways };
        for round in 0..6 {
            found.order(round % 2 == 0);
        }
        found
    }

    /// Sorts each layer by the mean place of its neighbours in the layer before (or after).
    fn order(&mut self, forwards: bool) {
        let count = self.layers.len();
        for step in 1..count {
            let (here, there) = if forwards {
                (step, step - 1)
            } else {
                (count - 1 - step, count - step)
            };
            let Some(fixed) = self.layers.get(there).cloned() else {
                continue;
            };
            let share = |slot: Slot| {
                let place = fixed.iter().position(|other| *other == slot)?;
                Some((place as f64 + 0.5) / fixed.len() as f64)
            };
            let mean = |slot: Slot| {
                let mut sum = (0.0, 0u32);
                for (begin, way) in &self.ways {
                    let at = |layer: usize| layer.checked_sub(*begin).and_then(|step| way.get(step)).copied();
                    if at(here) == Some(slot)
                        && let Some(place) = at(there).and_then(share)
                    {
                        sum = (sum.0 + place, sum.1 + 1);
                    }
                }
                (sum.1 > 0).then(|| sum.0 / f64::from(sum.1))
            };
            let Some(layer) = self.layers.get(here) else {
                continue;
            };
            let length = layer.len().max(1) as f64;
            let mut keyed: Vec<(f64, Slot)> = layer
                .iter()
                .enumerate()
                .map(|(place, slot)| (mean(*slot).unwrap_or((place as f64 + 0.5) / length), *slot))
                .collect();
            // The sort is stable: equals stay as they were.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            let sorted = keyed.into_iter().map(|(_, slot)| slot).collect();
            if let Some(layer) = self.layers.get_mut(here) {
                *layer = sorted;
            }
        }
    }
}

/// The pairs with those turned round that would close a circle.
fn without_circles(services: usize, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Open,
        Closed,
    }
    let mut seen = vec![Seen::Not; services];
    let mut turned = vec![false; pairs.len()];
    // Services that nobody calls come first: a circle is then cut where it is entered last.
    let called = |service: usize| pairs.iter().any(|(_, to)| *to == service);
    let mut starts: Vec<usize> = (0..services).collect();
    starts.sort_by_key(|service| called(*service));
    for start in starts {
        // A service, and how many of all pairs were looked at for it. No recursion: chains may be long.
        let mut open: Vec<(usize, usize)> = vec![(start, 0)];
        if seen.get(start) != Some(&Seen::Not) {
            continue;
        }
        while let Some((service, next)) = open.last_mut() {
            let service = *service;
            if let Some(mark) = seen.get_mut(service) {
                *mark = Seen::Open;
            }
            let found = pairs
                .iter()
                .enumerate()
                .skip(*next)
                .find(|(_, (from, _))| *from == service);
            let Some((number, (_, to))) = found else {
                if let Some(mark) = seen.get_mut(service) {
                    *mark = Seen::Closed;
                }
                open.pop();
                continue;
            };
            *next = number + 1;
            match seen.get(*to) {
                Some(Seen::Not) => open.push((*to, 0)),
                Some(Seen::Open) => {
                    if let Some(turned) = turned.get_mut(number) {
                        *turned = true;
                    }
                }
                Some(Seen::Closed) | None => {}
            }
        }
    }
    pairs
        .iter()
        .zip(turned)
        .map(|((from, to), turned)| if turned { (*to, *from) } else { (*from, *to) })
        .collect()
}

/// How many calls, at most, lead to each service. The pairs have no circles.
fn depths(services: usize, pairs: &[(usize, usize)]) -> Vec<usize> {
    let mut depth = vec![0; services];
    // Without circles no chain is longer than there are services.
    for _ in 0..services {
        let mut changed = false;
        for (from, to) in pairs {
            let least = depth.get(*from).map_or(0, |depth| depth + 1);
            if let Some(depth) = depth.get_mut(*to)
                && *depth < least
            {
                *depth = least;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_calls_stands_left_of_what_is_called() {
        let layers = Layers::of(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]);
        assert_eq!(layers.layers[0], [Slot::Service(0), Slot::Service(3)]);
        assert!(layers.layers[1].contains(&Slot::Service(1)) && layers.layers[1].contains(&Slot::Bend(2)));
        assert_eq!(layers.layers[2], [Slot::Service(2)]);
        assert_eq!(
            layers.ways[2],
            (0, vec![Slot::Service(0), Slot::Bend(2), Slot::Service(2)])
        );
    }

    #[test]
    fn a_circle_is_cut_and_nothing_is_lost() {
        let layers = Layers::of(3, &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!(layers.layers.len(), 3);
        assert_eq!(layers.ways.len(), 3);
        let both_ways = Layers::of(2, &[(0, 1), (1, 0)]);
        assert_eq!(both_ways.layers.len(), 2);
    }

    #[test]
    fn crossings_that_need_not_be_are_undone() {
        let layers = Layers::of(4, &[(0, 3), (1, 2)]);
        let places = |service| {
            layers
                .layers
                .iter()
                .find_map(|layer| layer.iter().position(|slot| *slot == Slot::Service(service)))
        };
        assert_eq!(places(0), places(3));
        assert_eq!(places(1), places(2));
    }

    #[test]
    fn a_long_chain_and_a_thicket_are_laid_out_in_bearable_time() {
        let chain: Vec<(usize, usize)> = (0..79).map(|service| (service, service + 1)).collect();
        assert_eq!(Layers::of(80, &chain).layers.len(), 80);
        let thicket: Vec<(usize, usize)> = (0..400).map(|pair| (pair * 7 % 80, pair * 13 % 80)).collect();
        assert_eq!(Layers::of(80, &thicket).ways.len(), 400);
        assert!(Layers::of(0, &[]).layers.is_empty());
    }
}
