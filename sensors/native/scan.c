/* The compiled twin of sensors/frame_reader.py: lines of known layouts become columns.
 *
 * A line is a head, then numbers with the texts ("gaps") of its layout between and after them. It is
 * taken where every byte of its gaps is the layout's and every number is one; all other lines are
 * left to the full decoder, with layout -1. Nothing is read beyond a line's end but the one byte
 * after the frame, which must be there and no part of a number (CPython puts a NUL there).
 */

#include "native.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The constants of the same names in frame_reader.py. */
#define LATEST 253370764800.0
#define FARTHEST 1e15

static const double TENS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
static const uint64_t LARGEST_EXACT = 1ULL << 53;
static locale_t plain_numbers; /* "C": a decimal point, whatever the process has set */

static int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') <= 9; }

/* A number as JSON spells it, to the double that float() gives; NULL where none begins at `at`.
 *
 * Whole numbers of more than 15 digits are not taken: the full decoder may keep them whole. Mantissa
 * and power of ten are exact doubles up to 2^53 and 10^22, so one division rounds correctly; strtod
 * does for the rest. */
static const uint8_t *number(const uint8_t *at, double *value) {
    const uint8_t *start = at;
    int is_negative = *at == '-';
    at += is_negative;
    const uint8_t *whole = at;
    uint64_t mantissa = 0;
    if (*at == '0') {
        at++;
    } else {
        for (; is_digit(*at); at++) mantissa = mantissa * 10 + (*at - '0');
    }
    int64_t digits = at - whole, places = 0;
    if (!digits) return NULL;
    if (*at == '.' && is_digit(at[1])) {
        const uint8_t *point = at++;
        for (; is_digit(*at); at++) mantissa = mantissa * 10 + (*at - '0');
        places = at - point - 1;
        digits += places;
    }
    int has_power = 0;
    if ((*at | 0x20) == 'e') {
        const uint8_t *power = at + 1;
        power += *power == '+' || *power == '-';
        if (is_digit(*power)) {
            has_power = 1;
            while (is_digit(*power)) power++;
            at = power;
        }
    }
    if (!places && !has_power && digits > 15) return NULL;
    /* Nineteen digits fit 64 bits. */
    if (!has_power && digits <= 19 && mantissa <= LARGEST_EXACT) {
        double exact = (double)mantissa / TENS[places];
        *value = is_negative ? -exact : exact;
        return at;
    }
    char *end;
    *value = strtod_l((const char *)start, &end, plain_numbers);
    return (const uint8_t *)end == at && isfinite(*value) ? at : NULL;
}

/* Where the text before the first number of a line ends; NULL where there is no number. */
static const uint8_t *head_end(const uint8_t *line, const uint8_t *end) {
    const uint8_t *at = line;
    while (at < end && (at = memchr(at, ':', (size_t)(end - at)))) {
        at++;
        if (at < end && (uint8_t)(*at - '-') <= '9' - '-') return at;
    }
    return NULL;
}

static uint64_t hash(const uint8_t *text, int64_t length) {
    uint64_t mixed = (uint64_t)length, word;
    for (; length > 0; text += 8, length -= 8) {
        word = 0;
        memcpy(&word, text, length < 8 ? (size_t)length : 8);
        mixed = (mixed ^ word) * 0x9E3779B97F4A7C15ULL;
        mixed ^= mixed >> 32;
    }
    return mixed;
}

/* The slot of a head, from the one its hash gives on: of its first layout, or the free one where it
 * is to be put. */
static int64_t slot_of(const Heads *heads, const uint8_t *head, int64_t length, int64_t slot) {
    for (;; slot = (slot + 1) & heads->mask) {
        int64_t layout = heads->slots[slot];
        if (layout < 0) return slot;
        if (heads->length[layout] == length &&
            !memcmp(heads->text + heads->start[layout], head, (size_t)length))
            return slot;
    }
}

void vitals_learn_heads(const Heads *heads, const int64_t *layouts, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        int64_t layout = layouts[i], length = heads->length[layout];
        const uint8_t *head = heads->text + heads->start[layout];
        int64_t slot = (int64_t)hash(head, length) & heads->mask;
        heads->slots[slot_of(heads, head, length, slot)] = (int32_t)layout;
    }
}

/* Read the numbers of a line that may have the layout of a row of a shape; whether it has. */
static int has_layout(const Shape *shape, int64_t row, const uint8_t *at, const uint8_t *end,
                      double *numbers) {
    const int32_t *lengths = shape->gap_lengths + row * shape->numbers;
    const uint8_t *own = shape->own + row * shape->own_width;
    const uint8_t *common = shape->common + shape->wording[row] * shape->common_width;
    for (int64_t i = 0; i < shape->numbers; i++) {
        at = number(at, numbers + i);
        if (!at || end - at < lengths[i]) return 0;
        const uint8_t *gap = (shape->gap_is_own[i] ? own : common) + shape->gap_offsets[i];
        if (memcmp(at, gap, (size_t)lengths[i])) return 0;
        at += lengths[i];
    }
    return at == end;
}

static int64_t whole_ms(double seconds) { return (int64_t)rint(seconds * 1000); }

/* Put the readings of a line behind the others; 0 where its times are out of all bounds. */
static int take(const Shape *shape, int64_t row, int64_t line, const double *numbers,
                Columns *out) {
    double stamp = numbers[shape->received], base = numbers[shape->base_time];
    if (!(fabs(base) < FARTHEST && stamp >= 0 && stamp < LATEST)) return 0;
    const int32_t *channel = shape->channels + row * shape->readings;
    const int64_t *record = shape->records + shape->wording[row] * shape->readings;
    int64_t at = whole_ms(base), next = out->readings;
    for (int64_t i = 0; i < shape->readings; i++, next++) {
        out->line[next] = line;
        out->channel[next] = channel[i];
        out->record[next] = record[i];
        out->at[next] = at;
        /* The full way adds the base value, which makes 0.0 of -0.0. */
        out->value[next] = numbers[shape->reading_numbers[i]] + 0.0;
    }
    out->readings = next;
    out->received[line] = whole_ms(stamp);
    return 1;
}

/* A line on its way to its layout. */
typedef struct {
    const uint8_t *start, *end, *first; /* of the line, and of its first number; NULL: none */
    int64_t slot, layout;
} Line;

/* How many lines go each step together. In a large city each is of another terminal whose tables are
 * in no cache: a step asks memory for what the next one reads, and meanwhile does the other lines. */
enum { TOGETHER = 16 };

static void find_slot(const Layouts *layouts, Line *line) {
    const Heads *heads = &layouts->heads;
    line->first = heads->mask ? head_end(line->start, line->end) : NULL;
    if (!line->first) return;
    line->slot = (int64_t)hash(line->start, line->first - line->start) & heads->mask;
    __builtin_prefetch(heads->slots + line->slot);
}

static void find_head(const Layouts *layouts, Line *line) {
    int64_t layout = line->layout = line->first ? layouts->heads.slots[line->slot] : -1;
    if (layout < 0) return;
    __builtin_prefetch(layouts->heads.start + layout);
    __builtin_prefetch(layouts->heads.length + layout);
    __builtin_prefetch(layouts->shape + layout);
    __builtin_prefetch(layouts->row + layout);
    __builtin_prefetch(layouts->next + layout);
}

/* All bytes of a row of a table. */
static void fetch(const void *row, int64_t size) {
    for (int64_t i = 0; i < size; i += 64) __builtin_prefetch((const char *)row + i);
}

static void find_row(const Layouts *layouts, const Line *line) {
    if (line->layout < 0) return;
    const Shape *shape = layouts->shapes + layouts->shape[line->layout];
    int64_t row = layouts->row[line->layout], start = layouts->heads.start[line->layout];
    fetch(layouts->heads.text + start, line->first - line->start);
    fetch(shape->gap_lengths + row * shape->numbers, shape->numbers * 4);
    fetch(shape->own + row * shape->own_width, shape->own_width);
    fetch(shape->channels + row * shape->readings, shape->readings * 4);
    __builtin_prefetch(shape->wording + row);
}

static int64_t layout_of(const Layouts *layouts, const Line *line, int64_t number, Columns *out) {
    if (line->layout < 0) return -1;
    int64_t slot = slot_of(&layouts->heads, line->start, line->first - line->start, line->slot);
    int64_t layout = layouts->heads.slots[slot];
    for (; layout >= 0; layout = layouts->next[layout]) {
        const Shape *shape = layouts->shapes + layouts->shape[layout];
        int64_t row = layouts->row[layout];
        if (has_layout(shape, row, line->first, line->end, out->numbers) &&
            take(shape, row, number, out->numbers, out))
            return layout;
    }
    return -1;
}

static void read_lines(const Layouts *layouts, Line *lines, int64_t count, int64_t number,
                       Columns *out) {
    for (int64_t i = 0; i < count; i++) find_slot(layouts, lines + i);
    for (int64_t i = 0; i < count; i++) find_head(layouts, lines + i);
    for (int64_t i = 0; i < count; i++) find_row(layouts, lines + i);
    for (int64_t i = 0; i < count; i++)
        out->layout[number + i] = layout_of(layouts, lines + i, number + i, out);
}

int64_t vitals_lines(const uint8_t *frame, int64_t size) {
    const uint8_t *at = frame, *last = frame + size;
    int64_t breaks = 0;
    while (at < last && (at = memchr(at, '\n', (size_t)(last - at)))) at++, breaks++;
    return breaks + 1;
}

int64_t vitals_scan(const uint8_t *frame, int64_t size, const Layouts *layouts, Columns *out) {
    const uint8_t *at = frame, *last = frame + size;
    Line lines[TOGETHER];
    int64_t done = 0, waiting = 0;
    out->readings = 0;
    while (at < last) {
        const uint8_t *end = memchr(at, '\n', (size_t)(last - at));
        if (!end) end = last;
        if (end > at) {
            out->starts[done + waiting] = at - frame;
            out->ends[done + waiting] = end - frame;
            out->received[done + waiting] = 0;
            lines[waiting++] = (Line){.start = at, .end = end};
        }
        at = end + 1;
        if (waiting == TOGETHER || (waiting && at >= last)) {
            read_lines(layouts, lines, waiting, done, out);
            done += waiting;
            waiting = 0;
        }
    }
    return done;
}

int vitals_start(void) {
    if (!plain_numbers) plain_numbers = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return plain_numbers ? VITALS_ABI : 0;
}
