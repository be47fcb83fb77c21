#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <etch/io/fields.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/training/stepper.hpp>

namespace etch::inline ETCH_VARIANT {

/// A stepper or a trainer: what a checkpoint saves, together with the network that it trains.
template <class Training>
concept Resumable = requires(Training& training) {
    typename Training::network_type;
    training.record();
    training.reset();
};

namespace internal {

/// Whether there are also the progress of a fit and its best weights.
template <class Training>
concept Fitting = requires(const Training& training) {
    training.progress();
    training.best();
};

struct no_fit {
    [[nodiscard]] static constexpr bool in_progress() noexcept { return false; }
};

/// A checkpoint's state other than tensors.
template <class Training>
struct checkpoint_state {
    using T = typename Training::value_type;

    static constexpr auto fit_of(const Training& training) noexcept {
        if constexpr (Fitting<Training>)
            return training.progress();
        else
            return no_fit{};
    }

    typename Training::optimizer_type optimizer{};
    typename Training::schedule_type schedule{};
    gradient_clip clip{};
    training_position<T> position{};
    decltype(fit_of(std::declval<const Training&>())) fit{};

    constexpr checkpoint_state() noexcept = default;
    explicit constexpr checkpoint_state(const Training& from) noexcept
        : optimizer{from.record().optimizer},
          schedule{from.record().schedule},
          clip{from.record().clip},
          position{from.record().position},
          fit{fit_of(from)} {}

    [[nodiscard]] constexpr bool has_finite_numbers() const noexcept {
        return has_finite_fields(optimizer) && has_finite_fields(schedule) && has_finite_fields(clip) &&
               has_finite_fields(position) && has_finite_fields(fit);
    }
};

/// A schedule's name, if it has one.
template <class Schedule>
constexpr std::string_view schedule_name() noexcept {
    if constexpr (requires { Schedule::name; })
        return Schedule::name;
    else
        return {};
}

/// The tensors of a checkpoint: the network's, then the optimizer's state slot by slot, and for a fit the best weights.
template <class Training, class T>
struct checkpoint_tensors {
    using network = typename Training::network_type;
    static constexpr std::size_t state_slots = Training::optimizer_type::state_slots;

    static constexpr auto prefixes = [] {
        std::array<text<32>, state_slots> all{};
        for (std::size_t s = 0; s < state_slots; ++s) all[s].append("optimizer.").append_integer(s).append('.');
        return all;
    }();

    std::array<tensor_group<T>, state_slots + 2> all{};
    std::size_t count = 0;

    constexpr checkpoint_tensors(parameter_memory<T> weights, std::span<T> state,
                                 const parameter_memory<T>* best) noexcept {
        add({}, weights);
        for (std::size_t s = 0; s < state_slots; ++s) {
            T* const slot = state.empty() ? nullptr : state.data() + s * network::parameter_count;
            add(prefixes[s].view(), {slot, nullptr});
            all[count - 1].trained_alone = true;
        }
        if (best != nullptr) add("best.", *best);
    }

    [[nodiscard]] constexpr std::span<const tensor_group<T>> groups() const noexcept { return {all.data(), count}; }

private:
    constexpr void add(std::string_view prefix, parameter_memory<T> memory) noexcept {
        all[count++] = {prefix, tensors_of<network>, memory};
    }
};

template <class Training>
constexpr save_result write_checkpoint(std::span<std::byte> to, const checkpoint_state<Training>& facts, bool has_fit,
                                       const auto& tensors) noexcept {
    const auto add_metadata = [&](metadata_writer& metadata) {
        const auto add = [&metadata](std::string_view key, const auto& fields) {
            append_fields(metadata.begin_value(key), fields);
            metadata.end_value();
        };
        metadata.add("etch.optimizer", facts.optimizer.name);
        metadata.add("etch.schedule", schedule_name<typename Training::schedule_type>());
        add("etch.optimizer.options", facts.optimizer);
        add("etch.schedule.options", facts.schedule);
        add("etch.clip", facts.clip);
        add("etch.position", facts.position);
        if constexpr (Fitting<Training>)
            if (has_fit) add("etch.fit", facts.fit);
    };
    using T = typename Training::value_type;
    return write_file<T>(to, tensors.groups(), topology<typename Training::network_type>, add_metadata);
}

/// Reads what is not in tensors into `to`.
template <class Training>
[[nodiscard]] status read_checkpoint(const safetensors_view& file, checkpoint_state<Training>& to) noexcept {
    if (file.metadata("etch.optimizer") != std::string_view{to.optimizer.name}) return status::wrong_optimizer;
    if (file.metadata("etch.schedule") != schedule_name<typename Training::schedule_type>())
        return status::wrong_schedule;
    const auto take = [&file](std::string_view key, auto& fields) {
        return take_fields(file.metadata(key).value_or(std::string_view{}), fields);
    };
    if (!take("etch.optimizer.options", to.optimizer) || !take("etch.schedule.options", to.schedule) ||
        !take("etch.clip", to.clip) || !take("etch.position", to.position))
        return status::malformed;
    to.fit = {};
    if constexpr (Fitting<Training>)
        if (file.metadata("etch.fit") && (!take("etch.fit", to.fit) || !to.fit.in_progress() ||
                                          to.fit.best_epoch > to.fit.epochs || to.fit.best_in_network))
            return status::malformed;
    return status::ok;
}

}  // namespace internal

/// Writes into memory all that training needs to continue bit for bit, as a safetensors file (docs/weights.md): the
/// network, the optimizer with its state and options, schedule, clipping, the count of updates, the seed of dropout;
/// for a trainer also the progress of its fit and the best weights. Call it between updates: in the callback of a fit,
/// or after the fit. Neither the options of a fit nor the data are saved.
///
///     trainer.fit(net, train, options, [&](const auto&) { save_checkpoint(trainer, net, memory); });
///
///     load_checkpoint(trainer, net, memory);            // in another process, on another machine
///     options.resume = true;
///     trainer.fit(net, train, options);                 // the rest, with the bits of a fit that was never interrupted
///
/// If a fit with patience has given the network its best weights, the file still contains the last ones, with which the
/// fit continues, and the best ones in addition. Errors, with nothing written: no_room, with the size that is needed;
/// non_finite_weight, also for the state; invalid_option if an option is not finite.
template <Resumable Training>
constexpr save_result save_checkpoint(const Training& training, const typename Training::network_type& net,
                                      std::span<std::byte> to) noexcept {
    using T = typename Training::value_type;
    internal::checkpoint_state<Training> facts{training};
    parameter_memory<const T> last = net.memory(), best = last;
    if constexpr (internal::Fitting<Training>) {
        best = training.best().memory();
        if (facts.fit.best_in_network) std::swap(last, best);
        facts.fit.best_in_network = false;
    }
    const bool has_fit = facts.fit.in_progress();
    const internal::checkpoint_tensors<Training, const T> tensors{last, training.record().state,
                                                                  has_fit ? &best : nullptr};
    if (!facts.has_finite_numbers()) return {.code = status::invalid_option};
    return internal::write_checkpoint(to, facts, has_fit, tensors);
}

/// The largest size in bytes of a checkpoint of this stepper or trainer: for a buffer of fixed size.
template <Resumable Training>
inline constexpr std::size_t checkpoint_size = [] {
    using T = typename Training::value_type;
    const parameter_memory<const T> nowhere{nullptr, nullptr};
    const internal::checkpoint_tensors<Training, const T> tensors{
        nowhere, {}, internal::Fitting<Training> ? &nowhere : nullptr};
    return internal::write_checkpoint(std::span<std::byte>{}, internal::checkpoint_state<Training>{}, true, tensors)
        .size;
}();

/// Sets a stepper or trainer and its network from a checkpoint: options, state, count of updates and seed come from the
/// file, whatever the object was constructed with. All or nothing.
///
/// Network, optimizer and schedule must be those of the file; the batch size and the loss may differ. A stepper ignores
/// the progress of a fit; a trainer that reads a stepper's checkpoint has no fit to resume.
///
/// Errors, with nothing changed: those of `load`; wrong_optimizer, also for a file that is not a checkpoint;
/// wrong_schedule; malformed if options or progress are not as docs/weights.md defines. No heap, no exceptions.
template <Resumable Training>
load_result load_checkpoint(Training& training, typename Training::network_type& net,
                            const safetensors_view& file) noexcept {
    using T = typename Training::value_type;
    using network = typename Training::network_type;
    if (const status code = internal::check_metadata(file, topology<network>, false); code != status::ok)
        return {.code = code};
    internal::checkpoint_state<Training> facts{training};
    if (const status code = internal::read_checkpoint(file, facts); code != status::ok) return {.code = code};
    parameter_memory<T> best = net.memory();
    if constexpr (internal::Fitting<Training>) best = training.fit_state().best.memory();
    const internal::checkpoint_tensors<Training, T> tensors{net.memory(), training.record().state,
                                                            facts.fit.in_progress() ? &best : nullptr};
    const key_map keys = facts.fit.in_progress() ? key_map{} : key_map{.ignored = {"best.*"}};
    if (const load_result found = internal::check_tensors(tensors.groups(), file, keys); !found.ok()) return found;

    training.reset();
    internal::take_tensors(tensors.groups(), file, keys);
    const auto record = training.record();
    record.optimizer = facts.optimizer;
    record.schedule = facts.schedule;
    record.clip = facts.clip;
    record.position = facts.position;
    if constexpr (internal::Fitting<Training>) training.fit_state().progress = facts.fit;
    return {};
}

/// The same from the bytes of a file, wherever they are; also the errors of safetensors_view::open, with the byte.
template <Resumable Training, internal::ByteRange Bytes>
load_result load_checkpoint(Training& training, typename Training::network_type& net, const Bytes& bytes) noexcept {
    safetensors_view file;
    if (const parse_result found = file.open(std::as_bytes(std::span{bytes})); !found.ok())
        return {.code = found.code, .byte = found.byte};
    return load_checkpoint(training, net, file);
}

}  // namespace etch::inline ETCH_VARIANT
