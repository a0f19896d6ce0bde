#include "engine/planner/memory/constants.hpp"

#include <algorithm>

#include "kernels/base/host_memory.hpp"

namespace nengine::engine {
namespace {

bool all_same(const std::vector<double>& values) {
    return std::ranges::all_of(values, [&](double v) { return v == values.front(); });
}

}  // namespace

Constants::Constants(const Graph& graph, const ParameterLayout& layout,
                     Storage& storage, Plan& plan)
    : graph_(graph), layout_(layout), storage_(storage), plan_(plan) {
    Index total = 0;
    for (const auto& [signal, offset] : layout) {
        total = std::max(total, offset + graph.model->signal(signal).size());
    }
    parameters_ = storage.add_buffer({.name = "parameters",
                                      .kind = BufferKind::parameter,
                                      .width = total,
                                      .dtype = plan.dtype});
    if (graph.mode.gradients) {
        gradients_ = storage.add_buffer({.name = "parameter gradients",
                                         .kind = BufferKind::gradient,
                                         .width = total,
                                         .dtype = plan.dtype});
    }
}

std::vector<double> Constants::values(const Access& access) const {
    const ElementView& view = access.view;
    const Version& v = graph_.version_of(access);
    need_memory(view.size(), access);
    std::vector<double> result;
    result.reserve(static_cast<std::size_t>(view.size()));
    for_each_element(view, [&](Index element) {
        result.push_back(graph_.constant_value(v, element));
    });
    return result;
}

/// Refuses copies of `n` numbers of constants, the first of which `access` names.
void Constants::need_memory(Index n, const Access& access) const {
    need_host_memory(array_bytes({n}, sizeof(double)), [&] {
        return MemoryUse{"constants of '" + graph_.version_of(access).name + "'",
                         "copies of " + std::to_string(n) + " numbers", "their number"};
    });
}

ElementView Constants::in_parameters(const Access& access) const {
    ElementView view = access.view;
    view.offset += layout_.at(graph_.version_of(access).signal);
    return view;
}

Operand Constants::literal(std::vector<double> numbers, DType dtype) {
    const auto n = static_cast<Index>(numbers.size());
    const BufferId buffer = storage_.add_buffer(
        {.name = "constants", .kind = BufferKind::literal, .width = n, .dtype = dtype});
    plan_.literals.emplace_back(buffer, std::move(numbers));
    return {.buffer = buffer, .cols = n};
}

Operand Constants::scalar(double value, Index n) {
    Operand operand = literal({value}, plan_.dtype);
    operand.cols = n;
    operand.col_stride = 0;
    return operand;
}

Operand Constants::pack(std::vector<PackPiece> pieces, Index total, bool trained) {
    const BufferId buffer = storage_.add_buffer({.name = "packed parameters",
                                                 .kind = BufferKind::packed,
                                                 .width = total,
                                                 .dtype = plan_.dtype});
    Packed packed{.buffer = buffer, .gradient = no_buffer, .pieces = std::move(pieces)};
    if (graph_.mode.gradients && trained) {
        packed.gradient = storage_.add_buffer({.name = "packed parameter gradients",
                                               .kind = BufferKind::packed_gradient,
                                               .width = total,
                                               .dtype = plan_.dtype});
        gradient_of_packed_[buffer] = packed.gradient;
    }
    plan_.packed.push_back(std::move(packed));
    return {.buffer = buffer, .cols = total};
}

Operand Constants::vector(const std::vector<ConstantUse>& uses) {
    Index total = 0;
    for (const ConstantUse& use : uses) {
        total += use.access.view.size() * use.repeat;
    }
    if (!is_parameter(uses.front().access)) {
        // All of them, and one member's on the way.
        const Access& first = uses.front().access;
        need_memory(total + first.view.size(), first);
        std::vector<double> numbers;
        numbers.reserve(static_cast<std::size_t>(total));
        for (const ConstantUse& use : uses) {
            for (const double value : values(use.access)) {
                numbers.insert(numbers.end(), static_cast<std::size_t>(use.repeat),
                               value);
            }
        }
        if (!numbers.empty() && all_same(numbers)) {
            numbers.resize(1);
        }
        const bool scalar = numbers.size() == 1;
        Operand operand = literal(std::move(numbers), dtype(uses.front().access));
        operand.cols = total;
        operand.col_stride = scalar ? 0 : 1;
        return operand;
    }
    std::vector<PackPiece> pieces;
    Index to = 0;
    bool dense = true;
    for (const ConstantUse& use : uses) {
        const ElementView view = in_parameters(use.access);
        dense = dense && use.repeat == 1 && view.contiguous() &&
                (pieces.empty() ||
                 view.offset == pieces.back().view.offset + pieces.back().view.size());
        pieces.push_back({view, to, use.repeat});
        to += view.size() * use.repeat;
    }
    if (dense) {
        return {
            .buffer = parameters_, .offset = pieces.front().view.offset, .cols = total};
    }
    return pack(std::move(pieces), total, trainable(uses.front().access));
}

Operand Constants::dense(const Access& access) {
    const Index n = access.view.size();
    if (!is_parameter(access)) {
        return literal(values(access), dtype(access));
    }
    if (access.view.contiguous()) {
        return {
            .buffer = parameters_, .offset = in_parameters(access).offset, .cols = n};
    }
    return pack({{in_parameters(access), 0, 1}}, n, trainable(access));
}

Operand Constants::matrices(const std::vector<Access>& uses) {
    const ElementView& first = uses.front().view;
    const Index rows = first.shape[0], cols = first.shape[1];
    const bool shared = std::ranges::all_of(uses, [&](const Access& access) {
        return access.version == uses.front().version && access.view == first;
    });
    if (shared && is_parameter(uses.front()) &&
        (first.strides[0] == 1 || first.strides[1] == 1)) {
        const auto [buffer, view] = locate(uses.front());
        return {.buffer = buffer,
                .offset = view.offset,
                .rows = rows,
                .cols = cols,
                .row_stride = view.strides[0],
                .col_stride = view.strides[1],
                .count = static_cast<Index>(uses.size())};
    }
    const std::size_t n = shared ? 1 : uses.size();
    Operand operand;
    if (is_parameter(uses.front())) {
        std::vector<PackPiece> pieces;
        for (std::size_t i = 0; i < n; ++i) {
            pieces.push_back(
                {in_parameters(uses[i]), static_cast<Index>(i) * rows * cols, 1});
        }
        operand = pack(std::move(pieces), static_cast<Index>(n) * rows * cols,
                       trainable(uses.front()));
    } else {
        const Index size = rows * cols, total = static_cast<Index>(n) * size;
        need_memory(total + size, uses.front());
        std::vector<double> numbers;
        numbers.reserve(static_cast<std::size_t>(total));
        for (std::size_t i = 0; i < n; ++i) {
            const std::vector<double> member = values(uses[i]);
            numbers.insert(numbers.end(), member.begin(), member.end());
        }
        operand = literal(std::move(numbers), dtype(uses.front()));
    }
    operand.rows = rows;
    operand.cols = cols;
    operand.row_stride = cols;
    operand.count = static_cast<Index>(uses.size());
    operand.group_stride = shared ? 0 : rows * cols;
    return operand;
}

/// Coefficients that change: read from the parameters, not from what they began with.
Operand Constants::trained_coefficients(const std::vector<ConstantUse>& uses) {
    const Index n = uses.front().access.view.size();
    const bool shared = std::ranges::all_of(uses, [&](const ConstantUse& use) {
        return use.access.version == uses.front().access.version &&
               use.access.view == uses.front().access.view;
    });
    Index elements = 0;
    for (const ConstantUse& use : uses) {
        elements += use.repeat;
    }
    std::vector<PackPiece> pieces;
    Index before = 0;  // elements of members before this one
    for (const ConstantUse& use : uses) {
        Index to = before;
        for_each_element(in_parameters(use.access), [&](Index element) {
            pieces.push_back(
                {ElementView::dense({1}, element), to, shared ? 1 : use.repeat});
            to += shared ? 1 : elements;
        });
        if (shared) {
            break;
        }
        before += use.repeat;
    }
    Operand operand = pack(std::move(pieces), shared ? n : n * elements,
                           trainable(uses.front().access));
    operand.rows = n;
    operand.cols = elements;
    operand.row_stride = shared ? 1 : elements;
    operand.col_stride = shared ? 0 : 1;
    return operand;
}

Operand Constants::coefficients(const std::vector<ConstantUse>& uses) {
    if (is_parameter(uses.front().access)) {
        return trained_coefficients(uses);
    }
    const Index n = uses.front().access.view.size();
    std::vector<std::vector<double>> filters;
    Index total = 0;
    for (const ConstantUse& use : uses) {
        filters.push_back(values(use.access));
        total += use.repeat;
    }
    const bool shared = std::ranges::all_of(
        filters, [&](const std::vector<double>& f) { return f == filters.front(); });
    std::vector<double> numbers;
    for (std::size_t j = 0; j < filters.front().size(); ++j) {
        if (shared) {
            numbers.push_back(filters.front()[j]);
            continue;
        }
        for (std::size_t i = 0; i < uses.size(); ++i) {
            numbers.insert(numbers.end(), static_cast<std::size_t>(uses[i].repeat),
                           filters[i][j]);
        }
    }
    Operand operand = literal(std::move(numbers), dtype(uses.front().access));
    operand.rows = n;
    operand.cols = total;
    operand.row_stride = shared ? 1 : total;
    operand.col_stride = shared ? 0 : 1;
    return operand;
}

std::pair<BufferId, ElementView> Constants::locate(const Access& access) {
    if (is_parameter(access)) {
        return {parameters_, in_parameters(access)};
    }
    return {literal(values(access), dtype(access)).buffer,
            ElementView::dense(access.view.shape_list())};
}

Operand Constants::gradient_of(const Operand& parameter) {
    Operand gradient = parameter;
    gradient.buffer = parameter.buffer == parameters_
                          ? gradients_
                          : gradient_of_packed_.at(parameter.buffer);
    return gradient;
}

}  // namespace nengine::engine
