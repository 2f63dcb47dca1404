/* The compiled twins of indicators/reduction.py and pooling.py: the rows of blocks, reduced column by
 * column, and members of one quantity as one: right from their rows.
 *
 * Sums are of whole steps, so their order does not matter; sound energy comes from the same table as
 * in Python, and from the same pow() for levels that are not whole hundredths.
 */

#include "native.h"

#include <math.h>

#define NEVER (-(1LL << 62)) /* of sensors/regions.py */
#define ENERGY_STEP 100.0 /* of indicators/window.py */

/* The first row at or after an instant. */
static int64_t first_from(const Regions *regions, int64_t group, int64_t at) {
    const int32_t *since_epoch = regions->since_epoch + regions->row[group];
    int64_t since = at - regions->epoch[group], count = regions->count[group];
    /* Windows are of the newest rows nearly always. */
    int64_t low = 0, high = count, step = 8;
    while (high - step > 0 && since_epoch[high - step] >= since) high -= step, step *= 2;
    if (high - step > 0) low = high - step;
    return rows_before(since_epoch, low, high, since);
}

/* The nearest whole number, half to even, as rint() gives it. */
static int64_t whole(double value) {
    if (fabs(value) < 0x1p51) {
        double shifted = value + 0x1.8p52;
        return (int64_t)(shifted - 0x1.8p52);
    }
    return (int64_t)rint(value);
}

static int64_t energy_of(const Energies *energies, double level) {
    double place = rint(level * 100.0);
    if (place >= 0 && place < (double)energies->count && place / 100.0 == level)
        return energies->of_hundredths[(int64_t)place];
    return (int64_t)rint(pow(10.0, level / 10.0) * ENERGY_STEP);
}

/* As `energy_sums` of indicators/window.py: no sum is larger than 64 bits hold. */
static inline int64_t more_energy(int64_t sum, int64_t energy) {
    return sum > INT64_MAX - energy ? INT64_MAX : sum + energy;
}

/* The rows of a block in one round. */
typedef struct {
    int64_t first, rows;
} Span;

/* How many blocks go each step together, and how many blocks or members before its turn one is asked
 * of memory. In a large city each block is of another terminal, and its rows are in no cache: all
 * that a step will read is asked for by the step before. */
enum { TOGETHER = 16, AHEAD = 16 };

static void fetch_tables(const Regions *regions, int64_t group) {
    __builtin_prefetch(regions->count + group);
    __builtin_prefetch(regions->row + group);
    __builtin_prefetch(regions->cell + group);
    __builtin_prefetch(regions->epoch + group);
}

/* The instants of the newest rows. */
static void fetch_instants(const Regions *regions, int64_t group) {
    int64_t count = regions->count[group];
    const int32_t *end = regions->since_epoch + regions->row[group] + count;
    __builtin_prefetch(end - (count > 0));
    __builtin_prefetch(end - (count > 9 ? 9 : count));
}

static Span span_of(const Regions *regions, const Blocks *blocks, int64_t block, int64_t end) {
    int64_t group = blocks->group[block];
    int64_t first = first_from(regions, group, end + blocks->start[block]);
    Span span = {first, first_from(regions, group, end + blocks->end[block]) - first};
    const double *cells = regions->values + regions->cell[group] + first * blocks->width;
    /* Of many rows, the processor finds the later ones itself. */
    int64_t near = (span.rows < 2 ? span.rows : 2) * blocks->width;
    for (int64_t i = 0; i < near; i += 8) __builtin_prefetch(cells + i);
    if (near) __builtin_prefetch(cells + near - 1);
    return span;
}

/* One column of a block's rows. Inlined, since a cell that is put together in memory and copied from
 * there takes longer than all else of a column with one row. */
__attribute__((always_inline)) static inline Cell reduce_column(const Regions *regions,
                                                                const Blocks *blocks, int64_t block,
                                                                Span span, int64_t column,
                                                                double scale,
                                                                int64_t is_energetic) {
    int64_t group = blocks->group[block], width = blocks->width, last = -1;
    const double *values = regions->values + regions->cell[group] + span.first * width + column;
    int64_t count = 0, steps = 0, energy = 0;
    double low = INFINITY, high = -INFINITY;
    for (int64_t row = 0; row < span.rows; row++) {
        double value = values[row * width];
        if (isnan(value)) continue;
        count++;
        last = row;
        low = value < low ? value : low;
        high = value > high ? value : high;
        steps += whole(value * scale);
        if (is_energetic) energy = more_energy(energy, energy_of(blocks->energies, value));
    }
    int64_t newest = NEVER;
    if (count)
        newest =
            regions->since_epoch[regions->row[group] + span.first + last] + regions->epoch[group];
    return (Cell){count, steps, energy, newest, low, high};
}

/* Find the rows of some blocks in one round, and ask memory for the tables of the next ones. */
static void find_spans(const Regions *regions, const Blocks *blocks, int64_t block, int64_t some,
                       int64_t end, Span *spans) {
    for (int64_t i = block + some; i < block + some + AHEAD && i < blocks->count; i++)
        fetch_tables(regions, blocks->group[i]);
    for (int64_t i = 0; i < some; i++) fetch_instants(regions, blocks->group[block + i]);
    for (int64_t i = 0; i < some; i++) spans[i] = span_of(regions, blocks, block + i, end);
}

static int64_t how_many(const Blocks *blocks, int64_t block) {
    return blocks->count - block < TOGETHER ? blocks->count - block : TOGETHER;
}

void vitals_reduce(const Regions *regions, const Blocks *blocks, const int64_t *ends,
                   int64_t rounds, const Table *out) {
    Span spans[TOGETHER];
    int64_t number = 0, width = blocks->width;
    for (int64_t round = 0; round < rounds; round++)
        for (int64_t block = 0; block < blocks->count; block++, number++) {
            int64_t turn = block % TOGETHER;
            if (!turn)
                find_spans(regions, blocks, block, how_many(blocks, block), ends[round], spans);
            Span span = spans[turn];
            out->rows[number] = span.rows;
            out->first[number] = regions->cell[blocks->group[block]] + span.first * width;
            for (int64_t i = 0; i < width; i++)
                out->cells[number * width + i] =
                    reduce_column(regions, blocks, block, span, i, blocks->scale[block * width + i],
                                  blocks->energetic[block * width + i]);
        }
}

/* One member more of a pool. */
static inline void add(Pool *pool, Cell cell, const Feed *feed) {
    int64_t at = cell.newest - feed->shift;
    double count = (double)cell.count;
    pool->all.count += cell.count;
    pool->all.steps += cell.steps;
    pool->all.energy = more_energy(pool->all.energy, cell.energy);
    if (at > pool->all.newest) pool->all.newest = at;
    if (cell.low < pool->all.low) pool->all.low = cell.low;
    if (cell.high > pool->all.high) pool->all.high = cell.high;
    pool->arrived += count < feed->promised ? count : feed->promised;
}

/* The rows of a block, column by column. */
static void add_rows(const Regions *regions, const Blocks *blocks, int64_t block, Span span,
                     const Feed *feed, const Feed *end, Pool *pools) {
    for (; feed < end; feed++)
        add(pools + feed->pool,
            reduce_column(regions, blocks, block, span, feed->column, feed->scale, feed->energetic),
            feed);
}

/* The same of one row, as windows of sparse data have, in half of the time. */
static void add_row(const Energies *energies, const double *cells, int64_t at, const Feed *feed,
                    const Feed *end, Pool *pools) {
    for (; feed < end; feed++) {
        Pool *pool = pools + feed->pool;
        double value = cells[feed->column];
        int is_there = !isnan(value);
        int64_t newest = (is_there ? at : NEVER) - feed->shift;
        if (newest > pool->all.newest) pool->all.newest = newest;
        if (!is_there) continue;
        pool->all.count++;
        pool->all.steps += whole(value * feed->scale);
        if (feed->energetic)
            pool->all.energy = more_energy(pool->all.energy, energy_of(energies, value));
        pool->all.low = value < pool->all.low ? value : pool->all.low;
        pool->all.high = value > pool->all.high ? value : pool->all.high;
        pool->arrived += feed->promised < 1.0 ? feed->promised : 1.0;
    }
}

/* Reduce the rows of blocks right into the pools of each round, of which there are `pools`. */
void vitals_pool(const Regions *regions, const Blocks *blocks, const Feeds *feeds,
                 const int64_t *ends, int64_t rounds, Pool *out, int64_t pools) {
    Span spans[TOGETHER];
    for (int64_t round = 0; round < rounds; round++, out += pools)
        for (int64_t block = 0; block < blocks->count; block++) {
            int64_t turn = block % TOGETHER, group = blocks->group[block];
            if (!turn)
                find_spans(regions, blocks, block, how_many(blocks, block), ends[round], spans);
            const int64_t *first = feeds->first + feeds->pattern[block];
            const Feed *feed = feeds->feeds + first[0], *end = feeds->feeds + first[1];
            Pool *own = out + feeds->pool[block];
            Span span = spans[turn];
            if (span.rows != 1) {
                add_rows(regions, blocks, block, span, feed, end, own);
                continue;
            }
            add_row(blocks->energies,
                    regions->values + regions->cell[group] + span.first * blocks->width,
                    regions->since_epoch[regions->row[group] + span.first] + regions->epoch[group],
                    feed, end, own);
        }
}
