// annotations.hpp - which lock guards what, told to clang's -Wthread-safety.
//
//     base::SpinLock lock_;
//     Chunk* free_ TARN_GUARDED_BY(lock_);
//
// Other compilers see nothing.
// SPDX-License-Identifier: MIT
#pragma once

#if defined(__clang__)
#  define TARN_ANNOTATE(x) __attribute__((x))
#else
#  define TARN_ANNOTATE(x)
#endif

#define TARN_CAPABILITY(name) TARN_ANNOTATE(capability(name))
#define TARN_SCOPED_CAPABILITY TARN_ANNOTATE(scoped_lockable)
#define TARN_GUARDED_BY(lock) TARN_ANNOTATE(guarded_by(lock))
#define TARN_REQUIRES(...) TARN_ANNOTATE(requires_capability(__VA_ARGS__))
#define TARN_EXCLUDES(...) TARN_ANNOTATE(locks_excluded(__VA_ARGS__))
#define TARN_ACQUIRE(...) TARN_ANNOTATE(acquire_capability(__VA_ARGS__))
#define TARN_RELEASE(...) TARN_ANNOTATE(release_capability(__VA_ARGS__))
#define TARN_TRY_ACQUIRE(...) TARN_ANNOTATE(try_acquire_capability(__VA_ARGS__))

/// For what clang cannot follow, such as the locks that fork holds.
#define TARN_UNCHECKED_LOCKS TARN_ANNOTATE(no_thread_safety_analysis)
