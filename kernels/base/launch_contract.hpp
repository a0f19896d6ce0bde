#pragma once

#include <utility>

#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

// What kernels/unified/*.cpp expect of a launch header (kernels/cpu/launch.hpp,
// kernels/cuda/launch.cuh): the type `ThisExec` and these templates, in namespace
// nengine::kernels. Functors are small structs passed by value, their members
// NENGINE_HD. Empty launches do nothing (launch_columns without rows still finishes
// every column).
//
//     launch_each(exec, n, fn)             fn(i) for i in [0, n)
//     launch_elements(exec, extents, fn)   fn(t, b, r, c), c fastest
//
// in any order, on any thread; elements do not see each other's writes.
//
// In place of fn(t, b, r, c) an element may be given in two parts, so that devices with
// slow memory read several elements before they write:
//
//     auto x = fn.read(t, b, r, c);          // no writes
//     fn.write(x);
//
// If it also has
//
//     fn.each_operand(visit);                // visit(Operand&) for all of memory that
//                                            // it reads and writes, tables apart
//
// then t, b, r and c may be of any integer type that the operands find wide enough
// (is_narrow). If it says  static constexpr bool only_operands = true,  it uses t, b, r
// and c for nothing but finding elements of these operands, so that a device may count
// in another way (Operand::skew); where there is one step, t may be something else, if
// it is wide. And if it says  static constexpr bool of_lines = true,  its operands lie
// densely along c or are one number for all c, so that a device that finds them aligned
// (is_aligned) can load and store several numbers at once.
//
//     launch_prepared(exec, n, fn)         fn(ready, i) for i in [0, n)
//
// where `ready` is the value of fn.prepare(): what does not depend on i, such as
// numbers that lie on the device, once for many elements. It must not depend on what fn
// writes.
//
//     launch_scan(exec, steps, batch, cols, scan)
//
// runs, for each item b and column i, with registers `Real r[n_registers]` set to 0:
//
//     scan.load_constants(r, i);             // what depends on the column alone
//     scan.load_state(r, b, i);
//     for each t:  scan.step(r, t, b, i);    // t falls if Scan::reverse
//     scan.store_state(r, b, i);
//
// with  using Real; static constexpr int n_registers, n_carried; static constexpr bool
// reverse.  Only the first n_carried registers change after load_constants. n_registers
// is at least 1. Steps may be 0: states are loaded and stored. If n_carried is 0 there
// is no state: load_state and store_state do nothing, and need not be called.
//
// A step whose input does not depend on the state may be given in two parts as well, so
// that devices with slow memory read ahead; step then has to be the one after the
// other:
//
//     Real x = scan.read(t, b, i);           // no writes
//     scan.advance(r, x, t, b, i);
//
// What is the same for all columns of an item, and of an item's step, is found once for
// them, if the scan says what it is:
//
//     auto item = scan.item(b);              // takes the place of b everywhere
//     auto at = scan.place(t, item);         // takes that of t in step
//
// (on CUDA a thread finds an item once; places are the host's gain.)
//
//     launch_columns(exec, rows, cols, sum)
//
// sums down each column, in an order that is a function of rows and cols alone:
//
//     sum.load_constants(r, i);
//     for each row:  sum.term(r, row, i);    // adds to r[0 .. n_sums), may write
//     sum.finish(i, total);                  // const double (&total)[n_sums], once
//
// A term may be given in two parts as well, so that devices with slow memory read
// several before they add; term then has to be the one after the other:
//
//     auto x = sum.read(row, i);             // no writes
//     sum.add(r, x, row, i);
//
// with  using Real; static constexpr int n_registers, n_sums (at least 1).  The first
// n_sums registers start at 0; runs of at most 4096 rows are summed in Real and the
// runs are added in double. term may write what no other (row, i) reads or writes.
//
// On the host what is the same for all columns of a row is found once for them, if the
// sum says what it is, and its term takes that as well as a row:
//
//     auto at = sum.row(row);
//     sum.term(r, at, i);
//
//     launch_lines(exec, lines, cols, sum)
//
// sums along each line, in an order that is a function of cols alone:
//
//     auto line = sum.begin(i);              // what depends on the line alone
//     for each column:  sum.term(line, c);   // a Real, to be added; may write
//     sum.finish(line, total);               // const double total, once
//
// with  using Real.  Runs of a line are summed in Real and added in double; a line
// without columns is finished with 0. term may write what no other (i, c) reads or
// writes.
//
//     launch_normalised(exec, lines, cols, map)
//
// computes the elements of each line from totals along it:
//
//     auto line = map.begin(i);
//     for each k:  totals[k] =               // Real; a function of cols alone is how
//         all of map.term<k>(line, c, totals)   they are combined
//     auto shared = map.finish(totals);
//     for each column:  map.write(line, c, shared);
//
// with  using Real; using Combines = std::tuple<...>  (how parts of each total become
// one, as below). A total's terms see the totals before it, and may be computed more
// than once. term and write may read and write what no other (i, c) does.
//
//     launch_program(exec, axes, program)
//
// (#include NENGINE_LAUNCH_PROGRAM) runs a straight-line program for each element along
// the axes (kernels/pointwise/axes.hpp): the instructions before program.prologue()
// once for many elements, the others up to program.size() for all,
//
//     program.begin(i, registers);           // i < prologue
//     program.run(i, registers);
//
// on registers that hold several elements each. The program calls
//
//     registers.fill(to, value);             // in the prologue alone
//     registers.load(to, input);
//     registers.place(to) or place(to, output), then
//     registers.apply<lanes>(instruction, function), then for an output
//     registers.store(to, output);
//
// with  using Real; n_registers(), n_inputs(), computations() (instructions that are no
// loads, at least one) and each_operand(visit). Outputs overlap nothing else.
//
// Sums down columns and along lines may be something else than sums, if the functor
// says how two parts become one, and from what they start:
//
//     using Combine = ...;        static constexpr double start;
//                                 of(a, b), for Real and double
//
// What a term returns or adds is then combined (launch_lines), and the first n_sums
// registers start as load_constants leaves them (launch_columns).
//
// On the host neighbouring elements or columns are computed at once, in SIMD lanes. A
// functor whose work on one does not fit lanes, because it calls a function of the C
// library or has a loop of its own whose turns are not known to the compiler, says
//
//     static constexpr bool one_by_one = true;
//
// and a sum down columns in which only a row is hard to find
//
//     static constexpr bool rows_one_by_one = true;

namespace nengine::kernels {

/// The extents of an element-wise launch.
struct Extents {
    Index steps = 1, batch = 1, rows = 1, cols = 1;
};

/// Whether neighbouring elements are computed at once: what the functor says.
template <class Functor>
constexpr bool takes_lanes() {
    if constexpr (requires { Functor::one_by_one; }) {
        return !Functor::one_by_one;
    } else {
        return true;
    }
}

/// The same for neighbouring rows of one column.
template <class Sum>
constexpr bool rows_take_lanes() {
    if constexpr (requires { Sum::rows_one_by_one; }) {
        return takes_lanes<Sum>() && !Sum::rows_one_by_one;
    } else {
        return takes_lanes<Sum>();
    }
}

/// How parts of a sum become one.
struct Addition {
    static constexpr double start = 0;
    template <class Real>
    NENGINE_HD static Real of(Real a, Real b) {
        return a + b;
    }
};
template <class Sum>
struct CombineOfSum {
    using Type = Addition;
};
template <class Sum>
requires requires {
    typename Sum::Combine;
}
struct CombineOfSum<Sum> {
    using Type = typename Sum::Combine;
};
template <class Sum>
using CombineOf = typename CombineOfSum<Sum>::Type;

/// What the functions of a scan are called with for an item.
template <class Scan>
NENGINE_HD auto item_of(const Scan& scan, Index b) {
    if constexpr (requires { scan.item(b); }) {
        return scan.item(b);
    } else {
        return b;
    }
}
template <class Scan>
using ItemOf = decltype(item_of(std::declval<const Scan&>(), Index{}));

/// What its `step` is called with for step t of an item.
template <class Scan>
NENGINE_HD auto place_of(const Scan& scan, Index t, const ItemOf<Scan>& item) {
    if constexpr (requires { scan.place(t, item); }) {
        return scan.place(t, item);
    } else {
        return t;
    }
}

/// A functor that reads and writes an element in two parts.
template <class Functor>
concept InParts = requires(const Functor fn, Index i) {
    fn.write(fn.read(i, i, i, i));
};

/// One element of an element-wise launch.
template <class Functor, class I>
NENGINE_HD void run_element(const Functor& fn, I t, I b, I r, I c) {
    if constexpr (InParts<Functor>) {
        fn.write(fn.read(t, b, r, c));
    } else {
        fn(t, b, r, c);
    }
}

}  // namespace nengine::kernels
