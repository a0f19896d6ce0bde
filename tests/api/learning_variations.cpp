#include "learning_variations.hpp"

#include <span>

namespace nengine::test::learning {

namespace {

using Vector = std::vector<double>;
using Span = std::span<const double>;

/// Row by row -2, -1, 0, 1, 2, 3, 4, -2 ... times a number.
Array ramp(std::int64_t rows, std::int64_t cols, double times) {
    Vector values;
    for (std::int64_t i = 0; i < rows * cols; ++i) {
        values.push_back(static_cast<double>(i % 7 - 2) * times);
    }
    return Array({rows, cols}, values);
}

Vector sq(Span x) {
    return {x[0] * x[1], x[0] * x[0]};
}

}  // namespace

const std::vector<Variation>& variations() {
    static const std::vector<Variation> all{
        {"PES zero synapse",
         [](World& w) {
             const auto c = w.connect(w.a, w.o[1], {.learning_rule = PES{1e-2, 0.0}});
             w.connect(w.u, c.learning_rule, {.synapse = .003});
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "activities"});
         },
         {{-0.0069406369177112456, 0.98504190408792125}, {6717.5701793087819, 64000}}},
        {"PES alpha",
         [](World& w) {
             const auto c = w.connect(
                 w.c, w.o, {.function = sq, .learning_rule = PES{3e-3, Alpha{.01}}});
             w.connect(w.v, c.learning_rule, {.transform = ramp(2, 2, .3)});
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "activities", .sample_every = .003});
             w.probe(c.learning_rule, {.attr = "error", .synapse = .01});
             w.probe(c.learning_rule, {.attr = "delta", .sample_every = .0025});
         },
         {{0.0017185089225029708, 2.7383419549494534},
          {-282.2232993992825, 42430.937467625306},
          {-0.36801730602377736, 52.627526854333091},
          {7.0853703604304005e-05, 0.0090100720753320141}}},
        {"PES pre list",
         [](World& w) {
             const auto c = w.connect(w.c[{1, 0}], w.b[Slice{.step = -1}],
                                      {.function = sq,
                                       .transform = ramp(2, 2, .4),
                                       .learning_rule = PES{3e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(w.b, {.synapse = .01});
         },
         {{0.0018116485367484813, 2.7273417017909365},
          {-1.1302033831712719, 82.292384442451038}}},
        {"PES neurons list",
         [](World& w) {
             const auto c =
                 w.connect(w.a.neurons[{0, 3, 7}], w.o,
                           {.transform = ramp(2, 3, 1e-3), .learning_rule = PES{3e-2}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "activities"});
             w.probe(w.o);
         },
         {{-0.065317288228919662, 2.6434371389753806},
          {117.28755761899581, 11208.084187444761},
          {9.8382167881444751, 379.15103689063011}}},
        {"PES neurons to neurons slice",
         [](World& w) {
             const auto c =
                 w.connect(w.c.neurons[Slice{.step = -2}], w.b.neurons[Slice{1, 7, 2}],
                           {.transform = ramp(3, 8, 1e-3), .learning_rule = PES{3e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "error"});
             w.probe(c.learning_rule, {.attr = "delta"});
         },
         {{0.09031885122873641, 25.13005319137023},
          {0.54953202208934937, 104.16280170734647},
          {-0.0065470854867795275, 0.66394464442407031}}},
        {"PES weights solver",
         [](World& w) {
             const auto c = w.connect(w.c, w.b,
                                      {.function = sq,
                                       .transform = ramp(2, 2, .4),
                                       .solver = LstsqL2{.weights = true},
                                       .learning_rule = PES{3e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(w.b.neurons, {.attr = "voltage"});
         },
         {{0.11553356379879752, 133.34232585649107},
          {-4.6312838483302583, 69.625896387626355}}},
        {"PES recurrent neurons",
         [](World& w) {
             const auto c = w.connect(w.c.neurons, w.c.neurons,
                                      {.transform = ramp(15, 15, 1e-4),
                                       .synapse = .01,
                                       .learning_rule = PES{1e-3}});
             w.connect(w.c, c.learning_rule);
             w.weights(c);
             w.probe(w.c.neurons);
         },
         {{-0.0055412101502176824, 10.162456944807621}, {1447.4311584945483, 231000}}},
        {"PES twice",
         [](World& w) {
             const auto c = w.connect(
                 w.c, w.o, {.learning_rule = LearningRules{PES{1e-3}, PES{2e-3, .02}}});
             w.connect(w.v, c.learning_rule.at(0));
             w.connect(w.u, c.learning_rule.at(1)[0], {.transform = .5});
             w.weights(c);
             w.probe(w.o);
             w.probe(c.learning_rule.at(1), {.attr = "delta"});
         },
         {{-0.00097106308037141448, 1.6659913676464584},
          {-2.8064476648228953, 84.098450539194758},
          {-7.8400454491200698e-06, 0.0054474018758959662}}},
        {"PES and RLS",
         [](World& w) {
             const auto c = w.connect(
                 w.c, w.o,
                 {.learning_rule = LearningRules{{"p", PES{1e-3}}, {"r", RLS{1e-2}}}});
             w.connect(w.v, c.learning_rule.at("p"));
             w.connect(w.u, c.learning_rule.at("r")[1]);
             w.weights(c);
             w.probe(w.o);
             w.probe(c.learning_rule.at("r"),
                     {.attr = "inv_gamma", .sample_every = .02});
         },
         {{-0.0016486463423373806, 1.7046551918762458},
          {-3.3969664126867327, 93.917022768259471},
          {2.7875803499779857e-07, 4.9251857926968277e-05}}},
        {"PES error function",
         [](World& w) {
             const auto c = w.connect(w.c, w.o, {.learning_rule = PES{1e-3}});
             w.connect(w.c, c.learning_rule,
                       {.function = [](Span x) { return x[1] * x[1]; },
                        .transform = Array({2, 1}, {1., -.5}),
                        .synapse = Alpha{.01}});
             w.connect(w.a, c.learning_rule[Slice{.start = 1}]);
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "error"});
         },
         {{-0.00030378255118391128, 1.6172819710074062},
          {1.7628731969930471, 65.41017608940048}}},
        {"PES probe slices",
         [](World& w) {
             const auto c = w.connect(w.c, w.o, {.learning_rule = PES{1e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c, .007);
             w.probe(c.learning_rule,
                     {.attr = "error", .synapse = .02, .sample_every = .0035});
             w.probe(c, {.attr = "output", .sample_every = .004});
             w.probe(c, {.attr = "input"});
         },
         {{-0.0002800518679288988, 0.22272967720731238},
          {-0.33932193933253835, 20.395909402670625},
          {-1.4518046909160849, 14.755941156916517},
          {1839.7596014992453, 170000}}},
        {"RLS slices",
         [](World& w) {
             const auto c =
                 w.connect(w.c[1], w.o[0], {.learning_rule = RLS{1e-2, .01}});
             w.connect(w.u, c.learning_rule);
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "inv_gamma", .sample_every = .01});
             w.probe(c.learning_rule, {.attr = "delta"});
             w.probe(c.learning_rule, {.attr = "pre_filtered"});
             w.probe(c.learning_rule, {.attr = "error"});
         },
         {{0.0007904460042838467, 0.75455988081432201},
          {-2.0528650936653535e-07, 0.0001078223952753264},
          {0.00016526706174082776, 0.012304535735017575},
          {-87.086925802190123, 149979.93004307296},
          {-0.85199810882355309, 46.478821105664686}}},
        {"BCM none",
         [](World& w) {
             const auto c =
                 w.connect(w.a.neurons, w.b.neurons,
                           {.transform = ramp(8, 12, 1e-3),
                            .learning_rule = BCM{1e-8, None, Synapse(None), .05}});
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "theta"});
             w.probe(c.learning_rule, {.attr = "post_filtered"});
         },
         {{0.045950458496172693, 80.381980554066843},
          {-465.09260899465158, 115724.55116197675},
          {-2671.418867699691, 253000}}},
        {"BCM alpha",
         [](World& w) {
             const auto c =
                 w.connect(w.c.neurons, w.b.neurons,
                           {.transform = ramp(8, 15, 1e-3),
                            .learning_rule = BCM{.learning_rate = 1e-8,
                                                 .pre_synapse = Alpha{.01},
                                                 .theta_synapse = Alpha{.1}}});
             w.weights(c);
             w.probe(c.learning_rule, {.attr = "theta"});
             w.probe(c.learning_rule, {.attr = "pre_filtered"});
             w.probe(c.learning_rule, {.attr = "delta", .sample_every = .01});
         },
         {{0.026320638373912318, 27.220875191088329},
          {10.575447733363319, 10840.754927182574},
          {-173.60894428140926, 82052.275412036921},
          {0.00041544069501940557, 0.062433244841084548}}},
        {"Oja BCM PES",
         [](World& w) {
             const auto c = w.connect(
                 w.c.neurons, w.b.neurons,
                 {.transform = ramp(8, 15, 1e-3),
                  .learning_rule = LearningRules{
                      Oja{1e-6}, BCM{.learning_rate = 1e-8, .theta_synapse = .02},
                      PES{1e-3}}});
             w.connect(w.v, c.learning_rule.at(2));
             w.weights(c);
             w.probe(c.learning_rule.at(0), {.attr = "delta"});
             w.probe(c.learning_rule.at(1), {.attr = "delta"});
             w.probe(c.learning_rule.at(2), {.attr = "delta"});
         },
         {{-0.088624103771618792, 57.178092094420435},
          {0.00059621864360333071, 0.47338077426495567},
          {0.0017525006326238829, 0.4398948874268529},
          {-0.0033225731860523191, 0.61977369081217548}}},
        {"Voja alpha radius",
         [](World& w) {
             const auto c =
                 w.connect(w.u, w.c[1], {.learning_rule = Voja{.3, Alpha{.01}}});
             w.connect(w.u, c.learning_rule, {.transform = -.8});
             w.probe(w.c, {.attr = "scaled_encoders"});
             w.probe(c.learning_rule, {.attr = "post_filtered"});
             w.probe(c.learning_rule, {.attr = "scaled_encoders"});
             w.probe(c.learning_rule, {.attr = "delta"});
         },
         {{10.098924053531739, 17181.243947575011},
          {-209.52709845445193, 179450.90813693136},
          {10.098924053531739, 17181.243947575011},
          {-0.19278820615161693, 182.85754261932377}}},
        {"Voja PES named",
         [](World& w) {
             const auto c = w.connect(w.c, w.b,
                                      {.learning_rule = LearningRules{
                                           {"voja", Voja{.2}}, {"pes", PES{1e-3}}}});
             w.connect(w.u, c.learning_rule.at("voja"), {.transform = -1});
             w.connect(w.v, c.learning_rule.at("pes"));
             w.probe(w.b, {.attr = "scaled_encoders"});
             w.weights(c);
         },
         {{45.609260801901144, 16151.648943532733},
          {-0.00065892347482305572, 1.6038742881424128}}},
        {"Voja twice same connection",
         [](World& w) {
             const auto c = w.connect(
                 w.c, w.b, {.learning_rule = LearningRules{Voja{.2}, Voja{.1, .02}}});
             w.connect(w.u, c.learning_rule.at(1), {.transform = -1});
             w.probe(w.b, {.attr = "scaled_encoders"});
             w.probe(c.learning_rule.at(1), {.attr = "delta"});
         },
         {{-16.044408578791103, 9652.1437030187099},
          {-0.031487482084766767, 9.7429819767427528}}},
        {"PES weights every second",
         [](World& w) {
             const auto d = w.net.ensemble(10, 4);
             const auto c = w.connect(
                 w.c, d[Slice{.step = 2}],
                 {.solver = LstsqL2{.weights = true}, .learning_rule = PES{3e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(d, {.synapse = .01});
         },
         {{-0.037153709852825081, 162.69209033833309},
          {1.2271698779368501, 97.143281415377473}}},
        {"Voja neurons backwards",
         [](World& w) {
             w.connect(w.v, w.b, {.learning_rule = Voja{.3}});
             const auto c =
                 w.connect(w.a, w.b.neurons[Slice{.step = -1}],
                           {.transform = ramp(8, 1, .3), .learning_rule = PES{1e-3}});
             w.connect(w.v, c.learning_rule);
             w.weights(c);
             w.probe(w.b, {.attr = "scaled_encoders"});
         },
         {{-0.042798229602762569, 26.360074081158729},
          {1.9787697052432485, 16132.36355070157}}},
        {"three learned chain",
         [](World& w) {
             auto c1 = w.connect(
                 w.a, w.b,
                 {.transform = Array({2, 1}, {1., .5}), .learning_rule = PES{1e-3}});
             auto c2 = w.connect(w.b, w.c, {.learning_rule = PES{1e-3}});
             auto c3 = w.connect(w.c, w.o, {.learning_rule = RLS{1e-3}});
             w.connect(w.v, c1.learning_rule);
             w.connect(w.b, c2.learning_rule, {.transform = -1});
             w.connect(w.o, c3.learning_rule);
             w.connect(w.v, c3.learning_rule, {.transform = -1});
             w.weights(c1);
             w.weights(c2);
             w.weights(c3);
             w.probe(w.o);
         },
         {{0.00018191836461988134, 0.72936735461807645},
          {0.0026208052379462833, 1.409068536128844},
          {-3.0150009605089403e-05, 2.1053322506841816},
          {-0.94671538475386474, 112.31065240179666}}}};
    return all;
}

}  // namespace nengine::test::learning
