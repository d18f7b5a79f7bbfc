package io.parlance.tokenizers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The direction of imports, and the one place that touches native code. */
@AnalyzeClasses(
    packages = "io.parlance.tokenizers",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule tokenizersKnowNeitherTrainersNorChat =
      noClasses()
          .that()
          .resideInAPackage("io.parlance.tokenizers")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.parlance.tokenizers.training", "io.parlance.tokenizers.chat");

  @ArchTest
  static final ArchRule onlyOneClassTouchesNativeCode =
      noClasses()
          .that()
          .doNotHaveSimpleName("NativeTokenizer")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule nothingElseOfParlanceIsUsed =
      classes()
          .that()
          .resideInAPackage("io.parlance.tokenizers..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.parlance.tokenizers..",
              "ai.djl..",
              "com.google.gson..",
              "java..",
              "org.jspecify..");
}
