package io.parlance.samples.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The direction of imports: tokenizers, core, models or Spring starter, samples, and never back.
 */
@AnalyzeClasses(packages = "io.parlance", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final DescribedPredicate<JavaClass> CORE =
      resideInAPackage("io.parlance..")
          .and(
              resideOutsideOfPackages(
                  "io.parlance.tokenizers..",
                  "io.parlance.models..",
                  "io.parlance.spring..",
                  "io.parlance.samples.."));

  @ArchTest
  static final ArchRule modulesImportOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("tokenizers")
          .definedBy("io.parlance.tokenizers..")
          .layer("core")
          .definedBy(CORE)
          .layer("models")
          .definedBy("io.parlance.models..")
          .layer("spring")
          .definedBy("io.parlance.spring..")
          .layer("samples")
          .definedBy("io.parlance.samples..")
          .whereLayer("tokenizers")
          .mayNotAccessAnyLayer()
          .whereLayer("core")
          .mayOnlyAccessLayers("tokenizers")
          .whereLayer("models")
          .mayOnlyAccessLayers("tokenizers", "core")
          .whereLayer("spring")
          .mayOnlyAccessLayers("tokenizers", "core") // messages of a chat are part of core's API
          .whereLayer("samples")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule packagesOfModelsHaveNoCycles =
      slices().matching("io.parlance.models.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule tokenizersKnowNothingOfTheirTraining =
      noClasses()
          .that()
          .resideInAPackage("io.parlance.tokenizers")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.parlance.tokenizers.training..");

  @ArchTest
  static final ArchRule runtimeKnowsNothingOfTasks =
      noClasses()
          .that()
          .resideInAPackage("io.parlance.runtime..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.parlance.task..", "io.parlance.model..", "io.parlance.cache.."));

  @ArchTest
  static final ArchRule onnxRuntimeIsTouchedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.parlance.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule djlIsTouchedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.parlance.tokenizers..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");
}
