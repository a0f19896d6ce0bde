#include "kernels/neuron_registry.hpp"

#include <deque>
#include <mutex>
#include <string>

#include "kernels/base/cpu_features.hpp"
#include "kernels/base/error.hpp"

namespace nengine::kernels {
namespace {

/// Kernels of another target than the first table's.
/// @return  that target's table
template <class Exec>
BuiltInTable add_target(std::vector<RegisteredNeuron>& types) {
    const BuiltInTable table = built_in_table(Exec{});
    for (std::size_t i = 0; i < types.size(); ++i) {
        RegisteredNeuron from = table.types[i];
        types[i].kernels(Exec{}) = from.kernels(Exec{});
    }
    return table;
}

/// The place of a name, or of the type itself if there is no name.
NeuronType place_of(const std::vector<RegisteredNeuron>& types, const char* name,
                    std::size_t itself) {
    for (std::size_t i = 0; name != nullptr && i < types.size(); ++i) {
        if (types[i].info.name == name) {
            return static_cast<NeuronType>(i);
        }
    }
    return static_cast<NeuronType>(itself);
}

std::vector<RegisteredNeuron> make_built_ins() {
    const BuiltInTable base = built_in_table(CpuExec{});
    std::vector<RegisteredNeuron> types(base.types, base.types + base.count);
#if NENGINE_WITH_CUDA
    add_target<CudaExec>(types);
#endif
    if (has_avx512()) {  // a table is made by instructions of its target
        const BuiltInTable wide = add_target<CpuAvx512Exec>(types);
        for (std::size_t i = 0; i < types.size(); ++i) {
            types[i].curve.rates = wide.types[i].curve.rates;
        }
    }
    for (std::size_t i = 0; i < types.size(); ++i) {
        RegisteredNeuron& type = types[i];
        type.info.rate_type = place_of(types, type.rate_name, i);
        if (type.smooth_rate_name != nullptr) {
            type.info.smooth_rate_type = place_of(types, type.smooth_rate_name, i);
        }
    }
    return types;
}

const std::vector<RegisteredNeuron>& built_ins() {
    static const std::vector<RegisteredNeuron> all = make_built_ins();
    return all;
}

/// Users' types. References into a deque stay good when it grows at its end.
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
           a.info.bounds == b.info.bounds && same_states(a.info, b.info);
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

/// The number of a user's type.
NeuronType type_number(std::size_t position) {
    return static_cast<NeuronType>(built_ins().size() + position);
}

/// Another type that a new one names.
NeuronType named_type(const char* name, std::string_view by) {
    const auto found = find_neuron(name);
    if (!found) {
        throw ValidationError(message(by, ("got the rate type " + std::string(name) +
                                           ", needs one that is registered before it")
                                              .c_str()));
    }
    return *found;
}

}  // namespace

NeuronType register_neuron(const RegisteredNeuron& neuron) {
    const std::string_view name = neuron.info.name;
    const auto found = find_neuron(name);
    if (found && is_built_in(*found)) {
        throw ValidationError(
            message(name, "got the name of a built-in type, needs another"));
    }
    Registry& all = registry();
    if (found) {
        const std::scoped_lock lock(all.mutex);
        RegisteredNeuron& known =
            all.types[static_cast<std::size_t>(*found) - built_ins().size()];
        if (!same_type(known, neuron)) {
            throw ValidationError(
                message(name, "got two types of this name that differ, needs one"));
        }
        add_kernels(known.cpu, neuron.cpu, name);
        add_kernels(known.cuda, neuron.cuda, name);
        return *found;
    }
    RegisteredNeuron added = neuron;
    if (neuron.rate_name != nullptr) {
        added.info.rate_type = named_type(neuron.rate_name, name);
    }
    if (neuron.smooth_rate_name != nullptr) {
        added.info.smooth_rate_type = named_type(neuron.smooth_rate_name, name);
    }
    const std::scoped_lock lock(all.mutex);
    const NeuronType type = type_number(all.types.size());
    if (neuron.rate_name == nullptr) {
        added.info.rate_type = type;
    }
    all.types.push_back(added);
    return type;
}

std::optional<NeuronType> find_neuron(std::string_view name) {
    for (const NeuronType type : built_in_neurons()) {
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
    const std::vector<RegisteredNeuron>& known = built_ins();
    const auto i = static_cast<std::size_t>(type);
    if (i < known.size()) {
        return known[i];
    }
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    if (i - known.size() >= all.types.size()) {
        throw ValidationError("registered_neuron: got type " +
                              std::to_string(static_cast<int>(type)) +
                              ", needs a registered one");
    }
    return all.types[i - known.size()];
}

bool is_built_in(NeuronType type) {
    return static_cast<std::size_t>(type) < built_ins().size();
}

const NeuronInfo& neuron_info(NeuronType type) {
    return registered_neuron(type).info;
}

NeuronType neuron_type(std::string_view name) {
    const auto found = find_neuron(name);
    if (!found) {
        throw ValidationError("neuron_type: got '" + std::string(name) +
                              "', needs the name of a registered type");
    }
    return *found;
}

std::span<const NeuronType> built_in_neurons() {
    static const std::vector<NeuronType> all = [] {
        std::vector<NeuronType> types;
        for (std::size_t i = 0; i < built_ins().size(); ++i) {
            types.push_back(static_cast<NeuronType>(i));
        }
        return types;
    }();
    return all;
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

}  // namespace nengine::kernels
