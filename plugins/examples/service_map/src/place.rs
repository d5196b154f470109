//! Places: across in percent of the panel's width, down in pixels.

use crate::layers::{Layers, Slot};

/// Pixels: the heights of a box, and the least from one to the next.
const BOX: f64 = 46.0;
const LOW_BOX: f64 = 30.0;
const BETWEEN: f64 = 10.0;
/// How much of a box's room a line that passes through takes.
const BEND: f64 = 0.35;
/// How wide the room between layers is, of a box's width.
const GUTTER: f64 = 0.45;

/// Where everything stands.
#[derive(Debug)]
pub struct Places {
    /// Pixels.
    pub height: f64,
    /// Of a box, pixels.
    pub box_height: f64,
    /// Of a box, percent.
    pub box_width: f64,
    /// Between layers, percent.
    pub gutter: f64,
    /// Middle of each slot, pixels, as the layers have them.
    middles: Vec<Vec<(Slot, f64)>>,
}

impl Places {
    /// `height` is what there is, pixels; a map that needs more gets more.
    pub fn of(layers: &Layers, height: f64) -> Self {
        let weight = |slot: &Slot| match slot {
            Slot::Service(_) => 1.0,
            Slot::Bend(_) => BEND,
        };
        let most = layers
            .layers
            .iter()
            .map(|layer| layer.iter().map(weight).sum::<f64>())
            .fold(1.0, f64::max);
        let box_height = (height / most - BETWEEN).clamp(LOW_BOX, BOX);
        let height = height.max(most * (box_height + BETWEEN));
        let count = layers.layers.len().max(1) as f64;
        let box_width = 100.0 / (count + GUTTER * (count - 1.0));
        let middles = layers.layers.iter().map(|layer| {
            let all: f64 = layer.iter().map(weight).sum();
            let unit = height / all.max(1.0);
            let mut above = (height - unit * all) / 2.0;
            let mut places = Vec::new();
            for slot in layer {
                let room = unit * weight(slot);
                places.push((*slot, (above + room / 2.0).round()));
                above += room;
            }
            places
        });
        Self {
            height: height.round(),
            box_height: box_height.round(),
            // A layer alone need not be as wide as the panel.
            box_width: box_width.min(28.0),
            gutter: if count > 1.0 {
                (100.0 - box_width * count) / (count - 1.0)
            } else {
                0.0
            },
            middles: middles.collect(),
        }
    }

    /// The left side of a layer, percent.
    pub fn left(&self, layer: usize) -> f64 {
        layer as f64 * (self.box_width + self.gutter)
    }

    /// The middle of a slot, pixels.
    pub fn middle(&self, layer: usize, slot: Slot) -> f64 {
        self.slots(layer)
            .iter()
            .find(|(other, _)| *other == slot)
            .map_or(0.0, |(_, middle)| *middle)
    }

    /// What stands in a layer, from above.
    pub fn slots(&self, layer: usize) -> &[(Slot, f64)] {
        self.middles.get(layer).map_or(&[], Vec::as_slice)
    }

    /// Where, percent, the lines that leave a slot turn: each slot has a lane of its own between the layers.
    pub fn lane(&self, layer: usize, slot: Slot) -> f64 {
        let slots = self.slots(layer);
        let place = slots.iter().position(|(other, _)| *other == slot).unwrap_or(0);
        let share = (place as f64 + 1.0) / (slots.len() as f64 + 1.0);
        // Not close to the boxes: there the lines end.
        self.left(layer) + self.box_width + self.gutter * (0.2 + 0.6 * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_a_layer_do_not_touch_however_many_there_are() {
        for count in [1, 3, 9, 60] {
            let pairs: Vec<(usize, usize)> = (1..=count).map(|service| (0, service)).collect();
            let layers = Layers::of(count + 1, &pairs);
            let places = Places::of(&layers, 300.0);
            for two in places.slots(1).windows(2) {
                assert!(two[1].1 - two[0].1 >= places.box_height + BETWEEN - 2.0);
            }
            assert!(places.left(1) + places.box_width <= 100.1);
        }
    }
}
