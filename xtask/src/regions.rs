//! The table of regions, from `openapi/regions.csv` to Rust.

use std::path::{Path, PathBuf};

use crate::codegen::{Error, Files, Result};

const SOURCE: &str = "openapi/regions.csv";
/// Each crate that needs the table has it, so that none depends on another for it.
const TARGETS: [&str; 2] = [
    "crates/oci-genai-auth/src/region/generated.rs",
    "crates/oci-genai/src/region/generated.rs",
];
const COLUMNS: [&str; 4] = ["region_id", "short_code", "realm", "second_level_domain"];

/// The generated files, by their paths below the workspace's root.
pub(crate) fn generate(root: &Path, command: &str) -> Result<Files> {
    let table = table(root, command)?;
    let files = TARGETS.map(|target| (PathBuf::from(target), table.clone()));
    Ok(files.into())
}

fn table(root: &Path, command: &str) -> Result<String> {
    let path = root.join(SOURCE);
    let mut reader = csv::Reader::from_path(&path)
        .map_err(|error| wrong(error.to_string(), "check that the file is there"))?;
    let mut rows = Vec::new();
    let headers = reader
        .headers()
        .map_err(|error| wrong(error.to_string(), "correct the first line"))?
        .clone();
    let mut places = Vec::new();
    for column in COLUMNS {
        let place = headers.iter().position(|header| header.trim() == column);
        places.push(place.ok_or_else(|| {
            wrong(
                format!("there is no column {column}"),
                "add it to the first line",
            )
        })?);
    }
    for record in reader.records() {
        let record = record.map_err(|error| wrong(error.to_string(), "correct the line"))?;
        let row: Vec<String> = places
            .iter()
            .map(|place| record.get(*place).unwrap_or_default().trim().to_owned())
            .collect();
        if row[0].is_empty() || row[3].is_empty() {
            return Err(wrong(
                format!("a line lacks its region or domain: {row:?}"),
                "complete the line",
            ));
        }
        rows.push(row);
    }
    rows.sort();
    if let Some(twice) = rows.windows(2).find(|pair| pair[0][0] == pair[1][0]) {
        return Err(wrong(
            format!("{} is listed twice", twice[0][0]),
            "remove one of the lines",
        ));
    }
    let mut out = format!(
        "// Made by `{command}` from {SOURCE}. Change that file, not this one.\n\n\
         //! All regions, sorted by id.\n\n\
         /// Region id, short code, realm, second-level domain.\n\
         pub(crate) static REGIONS: &[(&str, &str, &str, &str)] = &[\n"
    );
    for row in &rows {
        let cells: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
        out.push_str(&format!("    ({}),\n", cells.join(", ")));
    }
    out.push_str("];\n");
    Ok(out)
}

fn wrong(problem: String, fix: &str) -> Error {
    Error::new(SOURCE, problem, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table_of(source: &str) -> Result<String> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("openapi")).unwrap();
        std::fs::write(directory.path().join(SOURCE), source).unwrap();
        table(directory.path(), "the command")
    }

    #[test]
    fn rows_are_sorted_by_id_whatever_the_order_of_columns() {
        let table = table_of(
            "realm,region_id,short_code,second_level_domain\n\
             oc1,us-chicago-1,ord,oraclecloud.com\noc19,eu-frankfurt-2,str,oraclecloud.eu\n",
        )
        .unwrap();
        let rows: Vec<&str> = table
            .lines()
            .filter(|line| line.starts_with("    ("))
            .collect();
        assert_eq!(
            rows,
            [
                r#"    ("eu-frankfurt-2", "str", "oc19", "oraclecloud.eu"),"#,
                r#"    ("us-chicago-1", "ord", "oc1", "oraclecloud.com"),"#,
            ]
        );
    }

    #[test]
    fn a_table_that_is_not_whole_is_refused() {
        const HEAD: &str = "region_id,short_code,realm,second_level_domain\n";
        for (source, problem) in [
            (
                "region_id,realm\n".to_owned(),
                "there is no column short_code",
            ),
            (format!("{HEAD}a,b,c,d\na,b,c,d\n"), "a is listed twice"),
            (format!("{HEAD}a,b,c,\n"), "lacks its region or domain"),
        ] {
            let error = table_of(&source).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
