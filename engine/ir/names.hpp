#pragma once

/// The engine speaks of views, devices and kernels as of its own: one using-directive,
/// and names of the engine must not repeat those of the kernels.
namespace nengine::kernels {}
namespace nengine::engine {
using namespace kernels;
}
