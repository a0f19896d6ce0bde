#pragma once

/// Before what a public header declares and a source defines: classes with members that
/// are, functions, types that are thrown. The shared library exports that and nothing
/// else, because everything is compiled with hidden visibility.
#define NENGINE_API [[gnu::visibility("default")]]

/// Before what is declared in an exported class and is not for users.
#define NENGINE_LOCAL [[gnu::visibility("hidden")]]
