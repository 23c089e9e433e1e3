//! Arithmetic in GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1, and matrices over it.
//!
//! The encoding matrix is Vandermonde's, multiplied so that its top is the identity: the one of
//! klauspost/reedsolomon, which BTFS uses. Whole slices are multiplied by shifting and adding, 64
//! bytes at a time, which compilers turn into vector instructions.

/// The polynomial without its highest bit.
const REDUCE: u8 = 0x1d;
/// Bytes multiplied at a time.
const LANES: usize = 64;

/// Twice `a`.
const fn double(a: u8) -> u8 {
    // All ones when the highest bit is set.
    let over = 0u8.wrapping_sub(a >> 7);
    (a << 1) ^ (REDUCE & over)
}

/// The product.
pub(super) fn mul(a: u8, b: u8) -> u8 {
    let (mut product, mut power) = (0, a);
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= power;
        }
        power = double(power);
    }
    product
}

/// The inverse; 0 for 0, which has none.
fn inverse(a: u8) -> u8 {
    // a^254, because a^255 is 1.
    (0..253).fold(a, |power, _| mul(power, a))
}

/// Adds `coefficients[i] * input` to the front of `outputs[i]`, for every `i`. Slices are of one
/// length.
pub(super) fn mul_add(outputs: &mut [Vec<u8>], coefficients: &[u8], input: &[u8]) {
    let mut powers = [[0u8; LANES]; 8];
    let mut at = 0;
    for lanes in input.chunks(LANES) {
        let mut power = [0u8; LANES];
        power
            .iter_mut()
            .zip(lanes)
            .for_each(|(to, from)| *to = *from);
        for row in &mut powers {
            *row = power;
            power.iter_mut().for_each(|byte| *byte = double(*byte));
        }
        for (output, coefficient) in outputs.iter_mut().zip(coefficients) {
            let output = output.get_mut(at..at + lanes.len()).unwrap_or_default();
            for (bit, row) in powers.iter().enumerate() {
                if coefficient >> bit & 1 == 1 {
                    output
                        .iter_mut()
                        .zip(row)
                        .for_each(|(to, from)| *to ^= from);
                }
            }
        }
        at += lanes.len();
    }
}

/// Rows of coefficients.
pub(super) type Matrix = Vec<Vec<u8>>;

/// How `data` shards make `data + parity`: the first rows are the identity.
pub(super) fn encoding(data: usize, parity: usize) -> Matrix {
    let vandermonde: Matrix = (0..data + parity)
        .map(|row| {
            // At most 256 rows, so a row's number is an element.
            let base = row as u8;
            std::iter::successors(Some(1), |power| Some(mul(*power, base)))
                .take(data)
                .collect()
        })
        .collect();
    let top: Matrix = vandermonde.iter().take(data).cloned().collect();
    let top = invert(top).expect("BUG: Vandermonde rows of different bases are independent");
    vandermonde.iter().map(|row| times(row, &top)).collect()
}

/// A row times a matrix.
pub(super) fn times(row: &[u8], matrix: &Matrix) -> Vec<u8> {
    let mut out = vec![0; matrix.first().map_or(0, Vec::len)];
    for (coefficient, other) in row.iter().zip(matrix) {
        for (sum, value) in out.iter_mut().zip(other) {
            *sum ^= mul(*coefficient, *value);
        }
    }
    out
}

/// The inverse of a square matrix, or `None` when its rows depend on each other.
pub(super) fn invert(mut matrix: Matrix) -> Option<Matrix> {
    let size = matrix.len();
    // Gauss-Jordan on the matrix with the identity beside it.
    for (index, row) in matrix.iter_mut().enumerate() {
        row.extend((0..size).map(|column| u8::from(column == index)));
    }
    for column in 0..size {
        let pivot = (column..size).find(|row| at(&matrix, *row, column) != 0)?;
        matrix.swap(column, pivot);
        let scale = inverse(at(&matrix, column, column));
        let row = matrix.get_mut(column)?;
        row.iter_mut().for_each(|value| *value = mul(*value, scale));
        let row = row.clone();
        for (index, other) in matrix.iter_mut().enumerate() {
            let factor = other.get(column).copied().unwrap_or_default();
            if index != column && factor != 0 {
                for (value, base) in other.iter_mut().zip(&row) {
                    *value ^= mul(factor, *base);
                }
            }
        }
    }
    Some(
        matrix
            .into_iter()
            .map(|mut row| row.split_off(size))
            .collect(),
    )
}

fn at(matrix: &Matrix, row: usize, column: usize) -> u8 {
    matrix
        .get(row)
        .and_then(|row| row.get(column))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        for a in 1..=255 {
            assert_eq!(mul(a, inverse(a)), 1, "{a}");
            assert_eq!(mul(a, 0), 0);
            assert_eq!(mul(a, 1), a);
        }
        assert_eq!(mul(0x80, 2), REDUCE);
    }

    #[test]
    fn slices_of_any_length_are_multiplied_byte_by_byte() {
        for len in [0, 1, 63, 64, 65, 200] {
            let input: Vec<u8> = (0..len).map(|i| (i * 7 + 3) as u8).collect();
            for coefficient in [0, 1, 2, 0x1d, 0xff] {
                let mut outputs = vec![vec![9; len], vec![0; len]];
                mul_add(&mut outputs, &[coefficient, 1], &input);
                for (index, byte) in input.iter().enumerate() {
                    assert_eq!(outputs[0][index], 9 ^ mul(coefficient, *byte));
                }
                assert_eq!(outputs[1], input);
            }
        }
    }

    #[test]
    fn dependent_rows_have_no_inverse() {
        assert_eq!(invert(vec![vec![1, 2], vec![2, 4]]), None);
        let matrix = vec![vec![1, 2], vec![3, 4]];
        let inverse = invert(matrix.clone()).unwrap();
        assert_eq!(times(&matrix[0], &inverse), [1, 0]);
        assert_eq!(times(&matrix[1], &inverse), [0, 1]);
    }
}
