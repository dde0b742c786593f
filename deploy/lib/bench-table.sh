# shellcheck shell=bash
# The figures of all rounds, put together.

# bench_summary FILE: one object for each case and who. Ratios are to C in the same round, of the same direction.
bench_summary() {
  jq -sc '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2] + .[length / 2 - 1]) / 2 end;
    def rounded(digits): . * pow(10; digits) | round / pow(10; digits);
    def middle(field; digits): map(field) | if any(. == null) then null else median | rounded(digits) end;
    def edge(which; field): map(field) | which | if . == null then null else rounded(2) end;
    (map(select(.who == "C")) | map({key: "\(.case) \(.round)", value: .cpu_us_per_msg}) | from_entries) as $c
    | map(. + {ratio: ($c["\(.case | split("-")[0]) \(.round)"] as $base | if $base then .cpu_us_per_msg / $base else null end)})
    | group_by([.case, .who != "C"])[]
    | {
        case: .[0].case, who: .[0].who,
        msgs_per_s: middle(.msgs_per_s; 0), cpu_us_per_msg: middle(.cpu_us_per_msg; 3),
        p50_us: middle(.p50_us; 1), p99_us: middle(.p99_us; 1), rss_mb: middle(.rss_mb; 1),
        ratio: middle(.ratio; 2), ratio_min: edge(min; .ratio), ratio_max: edge(max; .ratio),
        cpu_min: edge(min; .cpu_us_per_msg), cpu_max: edge(max; .cpu_us_per_msg), rounds: length
      }' "$1"
}

# bench_table: those objects that have a baseline, for people.
bench_table() {
  printf '%-14s %-11s %9s  %-20s %-18s %7s\n' case who 'msgs/s' 'CPU us/message' 'ratio to C' 'RSS MB'
  jq -r 'select(.ratio != null) | [.case, .who, .msgs_per_s, .cpu_us_per_msg, "[\(.cpu_min)-\(.cpu_max)]", .ratio,
          "[\(.ratio_min)-\(.ratio_max)]", .rss_mb] | @tsv' |
    while IFS=$'\t' read -r name who rate cpu spread ratio ratios memory; do
      printf '%-14s %-11s %9.0f  %5.2f %-14s %4.2f %-13s %7.1f\n' \
        "$name" "$who" "$rate" "$cpu" "$spread" "$ratio" "$ratios" "$memory"
    done
}

# bench_ledger_table: the ledger's objects, for people.
bench_ledger_table() {
  printf '%-18s %9s %13s %17s %11s %7s\n' 'kind-orders' 'events/s' 'CPU us/event' 'ms/batch median' '99th' 'RSS MB'
  jq -r 'select(.who == "Ledger") | [(.case | ltrimstr("ledger-")), .msgs_per_s, .cpu_us_per_msg, .p50_us / 1000,
          .p99_us / 1000, .rss_mb] | @tsv' |
    while IFS=$'\t' read -r name rate cpu median tail memory; do
      printf '%-18s %9.0f %13.1f %17.1f %11.1f %7.1f\n' "$name" "$rate" "$cpu" "$median" "$tail" "$memory"
    done
}
