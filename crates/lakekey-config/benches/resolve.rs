//! What a resolution costs: from the environment alone, and with one of 1,000 profiles; and what
//! it costs to list those profiles.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lakekey_config::{Environment, ProfileFile, Resolver};
use lakekey_core::Attribute;

/// As many rows as all of the official attributes.
fn rows() -> Vec<Attribute> {
    let rows = (0..41).map(|number| {
        let key: &'static str = Box::leak(format!("setting_{number}").into_boxed_str());
        let variable: &'static str = Box::leak(format!("DATABRICKS_SETTING_{number}").into());
        let variables: &'static [&'static str] = Box::leak(Box::new([variable]));
        Attribute::new(key, "a setting").env(variables)
    });
    rows.collect()
}

fn file_of(profiles: usize) -> String {
    (0..profiles).fold(String::new(), |mut text, number| {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "; profile {number}\n[profile-{number}]\nhost      = https://w{number}.cloud.databricks.com\nauth_type = databricks-cli\nsetting_1 = \"one\" # inline\n"
        );
        text
    })
}

fn environment_only(criterion: &mut Criterion) {
    let rows = rows();
    let environment = Environment::from([
        ("DATABRICKS_HOST", "https://w.cloud.databricks.com"),
        ("DATABRICKS_ACCOUNT_ID", "a"),
        ("DATABRICKS_SETTING_1", "one"),
        ("DATABRICKS_SETTING_2", "two"),
        ("PATH", "/usr/bin"),
    ]);
    criterion.bench_function("resolve, environment only", |bencher| {
        bencher.iter(|| {
            let resolver = Resolver::new(black_box(environment.clone())).attributes(&rows);
            resolver.resolve().expect("a host is enough")
        });
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark writes what it reads"
)]
fn one_of_a_thousand(criterion: &mut Criterion) {
    let rows = rows();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(".databrickscfg");
    std::fs::write(&path, file_of(1000)).expect("a file can be written");
    let path = path.to_str().expect("the folder has a plain name");
    criterion.bench_function("resolve, one of 1,000 profiles", |bencher| {
        bencher.iter(|| {
            let resolver = Resolver::new(Environment::default()).attributes(&rows);
            let resolver = resolver.config_file(path).profile("profile-900");
            resolver.resolve().expect("the profile is there")
        });
    });
}

fn listing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("list profiles with their hosts");
    for profiles in [200, 1000, 5000] {
        let file = ProfileFile::parse(file_of(profiles)).expect("the file is well formed");
        group.bench_function(profiles.to_string(), |bencher| {
            bencher.iter(|| {
                let hosts = file.profiles().filter_map(|profile| profile.get("host"));
                hosts.map(|host| host.len()).sum::<usize>()
            });
        });
    }
}

criterion_group!(benches, environment_only, one_of_a_thousand, listing);
criterion_main!(benches);
