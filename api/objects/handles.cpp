#include "api/objects/objects.hpp"
#include "nengine/simulator.hpp"

namespace nengine {

using detail::empty_object;
using detail::need_object;
using detail::rebind;

Neurons::Neurons() : Neurons(empty_object<detail::EnsembleData>("Neurons")) {}
Neurons::operator bool() const {
    return !data_->is_empty;
}
Neurons::Neurons(std::shared_ptr<detail::EnsembleData> data)
    : data_(std::move(data)), trainable(data_->neurons_trainable) {}
Neurons& Neurons::operator=(const Neurons& other) noexcept {
    return rebind(*this, other);
}
ObjectView Neurons::operator[](Key key) const {
    return {*this, std::move(key)};
}
std::int64_t Neurons::size() const {
    return is_direct(*data_) ? 0 : data_->n_neurons;
}
Ensemble Neurons::ensemble() const {
    return Ensemble(data_);
}

Ensemble::Ensemble() : Ensemble(empty_object<detail::EnsembleData>("Ensemble")) {}
Ensemble::operator bool() const {
    return !data_->is_empty;
}
Ensemble::Ensemble(std::shared_ptr<detail::EnsembleData> data)
    : data_(std::move(data)),
      n_neurons(data_->n_neurons),
      dimensions(data_->dimensions),
      label(data_->label),
      seed(data_->seed),
      radius(data_->radius),
      encoders(data_->encoders),
      max_rates(data_->max_rates),
      intercepts(data_->intercepts),
      gain(data_->gain),
      bias(data_->bias),
      eval_points(data_->eval_points),
      n_eval_points(data_->n_eval_points),
      neuron_type(data_->neuron_type),
      normalize_encoders(data_->normalize_encoders),
      noise(data_->noise),
      trainable(data_->trainable),
      spike_gradient(data_->spike_gradient),
      neurons(data_) {}
Ensemble& Ensemble::operator=(const Ensemble& other) noexcept {
    return rebind(*this, other);
}
ObjectView Ensemble::operator[](Key key) const {
    return {*this, std::move(key)};
}

Node::Node() : Node(empty_object<detail::NodeData>("Node")) {}
Node::operator bool() const {
    return !data_->is_empty;
}
Node::Node(std::shared_ptr<detail::NodeData> data)
    : data_(std::move(data)),
      size_in(data_->size_in),
      size_out(data_->size_out),
      label(data_->label),
      seed(data_->seed),
      output(data_->output) {}
Node& Node::operator=(const Node& other) noexcept {
    return rebind(*this, other);
}
ObjectView Node::operator[](Key key) const {
    return {*this, std::move(key)};
}

Connection::Connection()
    : Connection(empty_object<detail::ConnectionData>("Connection", ObjectView(),
                                                      ObjectView())) {}
Connection::operator bool() const {
    return !data_->is_empty;
}
Connection::Connection(std::shared_ptr<detail::ConnectionData> data)
    : data_(std::move(data)),
      label(data_->label),
      seed(data_->seed),
      function(data_->function),
      transform(data_->transform),
      synapse(data_->synapse),
      solver(data_->solver),
      eval_points(data_->eval_points),
      scale_eval_points(data_->scale_eval_points),
      learning_rule_type(data_->learning_rules),
      trainable(data_->trainable),
      learning_rule(data_) {}
Connection& Connection::operator=(const Connection& other) noexcept {
    return rebind(*this, other);
}
const ObjectView& Connection::pre() const {
    need_object(*data_, "Connection::pre");
    return data_->pre;
}
const ObjectView& Connection::post() const {
    need_object(*data_, "Connection::post");
    return data_->post;
}
std::int64_t Connection::size_in() const {
    need_object(*data_, "Connection::size_in");
    return view_positions(data_->pre, detail::Side::out).count;
}
std::int64_t Connection::size_mid() const {
    need_object(*data_, "Connection::size_mid");
    return detail::size_mid(*data_);
}
std::int64_t Connection::size_out() const {
    need_object(*data_, "Connection::size_out");
    return view_positions(data_->post, detail::Side::in).count;
}
ObjectView Connection::operator[](Key key) const {
    return {*this, std::move(key)};
}

Probe::Probe() : Probe(empty_object<detail::ProbeData>("Probe", ObjectView())) {}
Probe::operator bool() const {
    return !data_->is_empty;
}
Probe::Probe(std::shared_ptr<detail::ProbeData> data)
    : data_(std::move(data)),
      label(data_->label),
      attr(data_->attr),
      synapse(data_->synapse),
      sample_every(data_->sample_every),
      solver(data_->solver),
      keep_history(data_->keep_history),
      seed(data_->seed) {}
Probe& Probe::operator=(const Probe& other) noexcept {
    return rebind(*this, other);
}
const ObjectView& Probe::target() const {
    need_object(*data_, "Probe::target");
    return data_->target;
}

namespace {

std::optional<bool>& layer_trainable(detail::ObjectData& data) {
    if (data.kind == detail::ObjectData::Kind::ensemble) {
        return static_cast<detail::EnsembleData&>(data).neurons_trainable;
    }
    return static_cast<detail::NodeData&>(data).layer->trainable;
}

}  // namespace

Layer::Layer() : Layer(empty_object<detail::EnsembleData>("Layer"), Connection()) {}
Layer::operator bool() const {
    return !data_->is_empty;
}
Layer::Layer(std::shared_ptr<detail::ObjectData> data, Connection input)
    : data_(std::move(data)),
      label(data_->label),
      trainable(layer_trainable(*data_)),
      connection(input) {}
Layer& Layer::operator=(const Layer& other) noexcept {
    return rebind(*this, other);
}
bool Layer::is_neurons() const {
    return data_->kind == detail::ObjectData::Kind::ensemble;
}
std::int64_t Layer::size_out() const {
    need_object(*data_, "Layer::size_out");
    return detail::product(shape_out());
}
const std::vector<std::int64_t>& Layer::shape_out() const {
    need_object(*data_, "Layer::shape_out");
    if (is_neurons()) {
        return static_cast<const detail::EnsembleData&>(*data_).layer_shape;
    }
    return static_cast<const detail::NodeData&>(*data_).layer->shape_out;
}
ObjectView Layer::operator[](Key key) const {
    return {*this, std::move(key)};
}
Ensemble Layer::ensemble() const {
    need_object(*data_, "Layer::ensemble");
    if (!is_neurons()) {
        throw ValidationError(describe(*data_) + ": is not a layer of neurons");
    }
    return Ensemble(std::static_pointer_cast<detail::EnsembleData>(data_));
}

namespace {

/// What an empty handle's references refer to.
std::shared_ptr<detail::NodeData> empty_tensor_node() {
    auto data = empty_object<detail::NodeData>("TensorNode");
    data->layer = detail::TensorLayer{.kind = Flatten{}};
    return data;
}

}  // namespace

TensorNode::TensorNode() : TensorNode(empty_tensor_node()) {}
TensorNode::operator bool() const {
    return !data_->is_empty;
}
TensorNode::TensorNode(std::shared_ptr<detail::NodeData> data)
    : data_(std::move(data)),
      label(data_->label),
      seed(data_->seed),
      trainable(data_->layer->trainable) {}
TensorNode& TensorNode::operator=(const TensorNode& other) noexcept {
    return rebind(*this, other);
}
const Shape& TensorNode::shape_in() const {
    need_object(*data_, "TensorNode::shape_in");
    return data_->layer->shape_in;
}
const Shape& TensorNode::shape_out() const {
    need_object(*data_, "TensorNode::shape_out");
    return data_->layer->shape_out;
}
std::int64_t TensorNode::size_in() const {
    need_object(*data_, "TensorNode::size_in");
    return data_->size_in;
}
std::int64_t TensorNode::size_out() const {
    need_object(*data_, "TensorNode::size_out");
    return data_->size_out;
}
ObjectView TensorNode::operator[](Key key) const {
    return {*this, std::move(key)};
}

const detail::ObjectData* DataKey::object() const {
    if (const auto* node = std::get_if<Node>(&value_)) {
        return node->data_.get();
    }
    const auto* probe = std::get_if<Probe>(&value_);
    return probe == nullptr ? nullptr : probe->data_.get();
}

ObjectView::ObjectView(const Ensemble& ensemble) : object_(ensemble.data_) {}
ObjectView::ObjectView(const Neurons& neurons)
    : object_(neurons.data_), neurons_(true) {}
ObjectView::ObjectView(const Node& node) : object_(node.data_) {}
ObjectView::ObjectView(const TensorNode& node) : object_(node.data_) {}
ObjectView::ObjectView(const Layer& layer)
    : object_(layer.data_), neurons_(layer.is_neurons()) {}
ObjectView::ObjectView(const Connection& connection) : object_(connection.data_) {}
ObjectView::ObjectView(ObjectView whole, Key key)
    : object_(std::move(whole.object_)),
      neurons_(whole.neurons_),
      rule_(whole.rule_),
      key_(std::move(key)) {
    if (whole.key_) {
        throw ValidationError(describe(*object_) + ": a slice cannot be sliced again");
    }
}
ObjectView ObjectView::whole() const {
    ObjectView result = *this;
    result.key_.reset();
    return result;
}

}  // namespace nengine
