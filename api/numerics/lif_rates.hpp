#pragma once

#include <span>

namespace nengine {

/// Currents to rates, in place: `amplitude / (tau_ref + tau_rc log1p(1 / (J - 1)))`
/// above J = 1, else 0; what is no number stays so. Within two units in the last place
/// of the C library's, and several times as fast: built networks spend much of their
/// time here.
void lif_rates(std::span<double> currents, double tau_rc, double tau_ref,
               double amplitude);

}  // namespace nengine
