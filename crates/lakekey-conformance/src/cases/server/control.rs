//! Server cases of the area `control`: the means by which the mock is steered and read.

mod catalogue;
mod desk;
mod faults;
mod journal;
mod namespaces;
mod random;
mod reach;
mod steering;

use crate::case::Case;

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-CT-01",
        &[
            ("offset-times", faults::skip_and_expire),
            ("phases", faults::keep_or_drop_the_change),
            ("overlap", faults::first_match_wins),
            ("parallel", faults::count_at_once),
        ],
    ),
    Case::one("S-CT-02", random::repeats_with_its_seed),
    Case::one("S-CT-03", journal::is_complete_and_raw),
    Case::each(
        "S-CT-04",
        &[
            ("advance", steering::clock_advances),
            ("skew", steering::clock_is_skewed),
            ("reset", steering::reset_is_the_beginning),
            ("isolation", namespaces::share_nothing),
        ],
    ),
    Case::one("S-CT-05", reach::only_with_the_token),
    Case::one("S-CT-06", catalogue::every_fault_is_offered_and_used),
];
