#include "kernels/neuron_registry.hpp"

#include <deque>
#include <mutex>
#include <string>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// References into a deque stay good when it grows at its end.
struct Registry {
    std::mutex mutex;
    std::deque<RegisteredNeuron> types;
};

/// Made by the first registration, whichever source file's comes first.
Registry& registry() {
    static Registry all;
    return all;
}

bool same_states(const NeuronInfo& a, const NeuronInfo& b) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n_states); ++i) {
        if (a.states[i].name != b.states[i].name ||
            a.states[i].low != b.states[i].low ||
            a.states[i].high != b.states[i].high) {
            return false;
        }
    }
    return true;
}

bool same_type(const RegisteredNeuron& a, const RegisteredNeuron& b) {
    return a.info.spiking == b.info.spiking && a.info.has_rate == b.info.has_rate &&
           a.info.n_states == b.info.n_states && a.info.n_params == b.info.n_params &&
           a.info.params == b.info.params && a.defaults == b.defaults &&
           same_states(a.info, b.info);
}

std::string message(std::string_view name, const char* rest) {
    return "register_neuron: " + std::string(name) + ": " + rest;
}

template <class Exec>
void add_kernels(TargetKernels<Exec>& to, const TargetKernels<Exec>& from,
                 std::string_view name) {
    if (from.single.scan == nullptr) {
        return;
    }
    if (to.single.scan != nullptr) {
        throw ValidationError(
            message(name, "got it a second time for one target, needs it once"));
    }
    to = from;
}

template <class Exec>
const TargetKernels<Exec>& checked(const TargetKernels<Exec>& kernels, NeuronType type,
                                   const char* advice) {
    if (kernels.single.scan == nullptr) {
        throw BuildError(std::string(neuron_info(type).name) + ": " + advice);
    }
    return kernels;
}

NeuronType type_number(std::size_t position) {
    return static_cast<NeuronType>(n_built_in_neurons + static_cast<int>(position));
}

}  // namespace

NeuronType register_neuron(const RegisteredNeuron& neuron) {
    const std::string_view name = neuron.info.name;
    for (int i = 0; i < n_built_in_neurons; ++i) {
        if (neuron_info(static_cast<NeuronType>(i)).name == name) {
            throw ValidationError(
                message(name, "got the name of a built-in type, needs another"));
        }
    }
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    for (std::size_t i = 0; i < all.types.size(); ++i) {
        RegisteredNeuron& known = all.types[i];
        if (known.info.name == name) {
            if (!same_type(known, neuron)) {
                throw ValidationError(
                    message(name, "got two types of this name that differ, needs one"));
            }
            add_kernels(known.cpu, neuron.cpu, name);
            add_kernels(known.cuda, neuron.cuda, name);
            return type_number(i);
        }
    }
    all.types.push_back(neuron);
    const NeuronType type = type_number(all.types.size() - 1);
    all.types.back().info.rate_type = type;
    return type;
}

std::optional<NeuronType> find_neuron(std::string_view name) {
    for (int i = 0; i < n_built_in_neurons; ++i) {
        const auto type = static_cast<NeuronType>(i);
        if (neuron_info(type).name == name) {
            return type;
        }
    }
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    for (std::size_t i = 0; i < all.types.size(); ++i) {
        if (all.types[i].info.name == name) {
            return type_number(i);
        }
    }
    return std::nullopt;
}

const RegisteredNeuron& registered_neuron(NeuronType type) {
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    const int i = static_cast<int>(type) - n_built_in_neurons;
    if (i < 0 || i >= static_cast<int>(all.types.size())) {
        throw ValidationError("registered_neuron: got type " +
                              std::to_string(static_cast<int>(type)) +
                              ", needs a registered one");
    }
    return all.types[static_cast<std::size_t>(i)];
}

std::vector<std::string_view> registered_neuron_names() {
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    std::vector<std::string_view> names;
    for (const RegisteredNeuron& neuron : all.types) {
        names.push_back(neuron.info.name);
    }
    return names;
}

const TargetKernels<CpuExec>& registered_kernels(const CpuExec&, NeuronType type) {
    return checked(registered_neuron(type).cpu, type,
                   "got no kernels for the CPU, needs NENGINE_REGISTER_NEURON in a "
                   "source that the C++ compiler compiles");
}

const TargetKernels<CudaExec>& registered_kernels(const CudaExec&, NeuronType type) {
    return checked(registered_neuron(type).cuda, type,
                   "got no kernels for CUDA, needs NENGINE_REGISTER_NEURON in a source "
                   "that nvcc compiles, or a simulator on the CPU");
}

}  // namespace nengine
