plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "io.github.alberttf.app"
    compileSdk =
        libs.versions.target.sdk
            .get()
            .toInt()

    defaultConfig {
        applicationId = "io.github.alberttf.app"
        minSdk =
            libs.versions.min.sdk
                .get()
                .toInt()
        targetSdk =
            libs.versions.target.sdk
                .get()
                .toInt()
        versionCode = 1
        versionName = "0.1.0"
        // Phones, and the emulator on a PC.
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

// The tests of the app run on the host's TensorFlow Lite, which only the Maven build sets up: make android-test.
dependencies {
    implementation(project(":text"))
    implementation(libs.litert)
}
