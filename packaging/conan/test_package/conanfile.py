"""conanfile.py - whether a program can use the package: those of tests/install
do, in C++ and in C."""
# SPDX-License-Identifier: MIT
import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class TarnTest(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["KINDS"] = (
            "static;shared" if self.dependencies["tarn"].options.shared
            else "static")
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if not can_run(self):
            return
        for program in sorted(os.listdir(self.cpp.build.bindir)):
            if program.startswith(("c_", "cpp_")):
                self.run(os.path.join(self.cpp.build.bindir, program),
                         env="conanrun")
