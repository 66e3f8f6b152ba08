//! The order in which the dots of a tile turn black: a blue-noise mask by void-and-cluster (R. Ulichney, 1993). It is made
//! when Ottisk is built (`build.rs`), of whole numbers alone, so that every build has the same one.
//!
//! A dot of the densest place or of the emptiest is looked for again and again; how dense a place is, is a Gauss curve over
//! its neighbours, and the tile goes on at its edges.

/// Dots along a side of the tile.
pub const SIDE: usize = 64;

/// Dots of the tile.
pub const DOTS: usize = SIDE * SIDE;

/// How far a dot is felt.
const REACH: usize = 6;

/// Twice the square of the Gauss curve's width in dots.
const TWICE_SQUARE: f64 = 2.0 * 1.9 * 1.9;

/// One dot in so many begins black, before the first pattern is evened out.
const FIRST: usize = 10;

struct Tile {
    black: [bool; DOTS],
    density: [u64; DOTS],
    curve: [[u64; 2 * REACH + 1]; 2 * REACH + 1],
}

impl Tile {
    fn flip(&mut self, dot: usize) {
        self.black[dot] = !self.black[dot];
        let (x, y) = (dot % SIDE, dot / SIDE);
        for (down, row) in self.curve.iter().enumerate() {
            let line = (y + SIDE + down - REACH) % SIDE * SIDE;
            for (across, weight) in row.iter().enumerate() {
                let density = &mut self.density[line + (x + SIDE + across - REACH) % SIDE];
                *density = if self.black[dot] { *density + weight } else { *density - weight };
            }
        }
    }

    /// The black dot with the most black around it.
    fn cluster(&self) -> usize {
        let mut found = (0, 0);
        for (dot, density) in self.density.iter().enumerate() {
            if self.black[dot] && *density > found.1 {
                found = (dot, *density);
            }
        }
        found.0
    }

    /// The white dot with the least black around it.
    fn void(&self) -> usize {
        let mut found = (0, u64::MAX);
        for (dot, density) in self.density.iter().enumerate() {
            if !self.black[dot] && *density < found.1 {
                found = (dot, *density);
            }
        }
        found.0
    }
}

/// The rank of each dot, 0 to `DOTS - 1`, row by row: the lower, the darker must be what makes it black.
pub fn ranks() -> Vec<u16> {
    let mut tile = Tile { black: [false; DOTS], density: [0; DOTS], curve: curve() };
    let (mut state, mut black) = (1_u32, 0);
    while black < DOTS / FIRST {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let dot = (state >> 8) as usize % DOTS;
        if !tile.black[dot] {
            tile.flip(dot);
            black += 1;
        }
    }
    // Moves dots from where they crowd to where there are none, until that is the same place.
    loop {
        let from = tile.cluster();
        tile.flip(from);
        let to = tile.void();
        tile.flip(to);
        if from == to {
            break;
        }
    }
    let mut ranks = vec![0; DOTS];
    let (first, density) = (tile.black, tile.density);
    for rank in (0..black).rev() {
        let dot = tile.cluster();
        tile.flip(dot);
        ranks[dot] = number(rank);
    }
    (tile.black, tile.density) = (first, density);
    for rank in black..DOTS {
        let dot = tile.void();
        tile.flip(dot);
        ranks[dot] = number(rank);
    }
    ranks
}

fn curve() -> [[u64; 2 * REACH + 1]; 2 * REACH + 1] {
    std::array::from_fn(|down| {
        std::array::from_fn(|across| {
            let square = down.abs_diff(REACH).pow(2) + across.abs_diff(REACH).pow(2);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
            let weight = ((-(square as f64) / TWICE_SQUARE).exp() * 65_536.0).round() as u64;
            weight
        })
    })
}

fn number(rank: usize) -> u16 {
    u16::try_from(rank).unwrap_or(u16::MAX)
}
