//! Tables for people: left-aligned columns, as wide as their widest cell.

use super::text;

/// Space between two columns.
const GAP: usize = 3;

/// Rows of cells under headings.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            rows: vec![headings.into_iter().map(str::to_owned).collect()],
        }
    }

    /// Adds a row, one cell per heading.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| text::clean(&cell)).collect());
    }

    /// The table as lines, without spaces at their ends.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| text::width(cell)).max().unwrap_or(0)
            })
            .collect();
        let mut lines = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths);
            let line: String = cells
                .map(|(cell, width)| text::pad(cell, width + GAP))
                .collect();
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["NAME", "STATUS", "PORTS"]);
        table.row(["shop-db-1", "Up 5 seconds", ""].map(String::from));
        table.row(["a", "Exited (1)", "80/tcp"].map(String::from));
        assert_eq!(
            table.render(),
            "NAME        STATUS         PORTS\n\
             shop-db-1   Up 5 seconds\n\
             a           Exited (1)     80/tcp\n"
        );
    }
}
