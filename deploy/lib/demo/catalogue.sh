# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# What the demo sells, and to whom.

# One product of which there is little: an order for more is refused as a whole, its mug included.
readonly SCARCE=VASE SCARCE_STOCK=3
readonly SCARCE_ORDER='barbara@example.com|Barbara Liskov|12 Abstraction Lane, Los Angeles|MUG=1 VASE=5'

# Who changes their mind.
readonly FICKLE='john@example.com|John McCarthy|5 Recursion Road, Stanford|MUG=1'

# e-mail | name | address | lines
readonly CUSTOMERS=(
  'ada@example.com|Ada Lovelace|12 St James Square, London|LAMP=1 MUG=2'
  'grace@example.com|Grace Hopper|1 Harbour Road, Arlington|DESK=1 CHAIR=1'
  'zoe@example.com|Zoë Müller|Königstraße 7, Köln|CHAIR=2 LAMP=1'
  'alan@example.com|Alan Turing|43 Adlington Road, Wilmslow|MUG=4'
  'edsger@example.com|Edsger Dijkstra|Plantage 2, Nuenen|DESK=1'
)

# plan ORDERS: who orders how often: ORDER_COUNT, one number a customer, SCARCE_COUNT and FICKLE_COUNT. One order in ten,
# and at least one of two, asks for more than there is; two of five are to be cancelled, and no more than two.
plan() {
  local orders=$1 i customers=${#CUSTOMERS[@]} rest
  SCARCE_COUNT=$((orders < 2 ? 0 : orders < 10 ? 1 : orders / 10))
  FICKLE_COUNT=$((orders < 3 ? 0 : orders < 5 ? 1 : 2))
  rest=$((orders - SCARCE_COUNT - FICKLE_COUNT))
  ORDER_COUNT=()
  for ((i = 0; i < customers; i++)); do
    ORDER_COUNT+=($((rest / customers + (i < rest % customers ? 1 : 0))))
  done
}

# stock_needed: one SKU=QTY a product: what this run takes and ten more; the scarce one is short.
stock_needed() {
  local i line lines
  local -A need=([LAMP]=10 [DESK]=10 [CHAIR]=10 [MUG]=10)
  for i in "${!CUSTOMERS[@]}"; do
    read -ra lines <<<"${CUSTOMERS[i]##*|}"
    for line in "${lines[@]}"; do
      ((need[${line%=*}] += ${line#*=} * ORDER_COUNT[i]))
    done
  done
  for line in LAMP DESK CHAIR MUG; do echo "$line=${need[$line]}"; done
  echo "$SCARCE=$SCARCE_STOCK"
}
