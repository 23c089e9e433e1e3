//! Prints the OpenAPI document of the app API.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(api::openapi_json().as_bytes())
}
