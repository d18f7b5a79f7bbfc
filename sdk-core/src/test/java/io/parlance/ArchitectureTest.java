package io.parlance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The direction of imports inside the module. The root package holds values and exceptions that
 * every room may use, and the facade, which nobody inside may use.
 */
@AnalyzeClasses(packages = "io.parlance", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final DescribedPredicate<JavaClass> FACADE =
      describe(
          "Nlp, its statistics and AsyncNlp",
          type ->
              type.getFullName().equals("io.parlance.AsyncNlp")
                      || type.getPackageName().equals("io.parlance")
                          && type.getSimpleName().startsWith("Nlp")
                  ? !type.isAssignableTo(NlpException.class)
                  : type.getFullName().startsWith("io.parlance.Nlp$"));

  @ArchTest
  static final ArchRule onlyTheRuntimeTouchesOnnxRuntime =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.parlance.runtime")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule onlyTheTokenizersTouchDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.parlance.tokenizers..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule valuesKnowNoRoom =
      noClasses()
          .that(
              describe("values and exceptions of the root package", ArchitectureTest::isRootValue))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.parlance.runtime",
              "io.parlance.model..",
              "io.parlance.cache",
              "io.parlance.segmentation",
              "io.parlance.generation",
              "io.parlance.task");

  private static boolean isRootValue(JavaClass type) {
    return type.getPackageName().equals("io.parlance") && !FACADE.test(type);
  }

  @ArchTest
  static final ArchRule theHubKnowsNoModels =
      noClasses()
          .that()
          .resideInAPackage("io.parlance.model.hub")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.parlance.model", "io.parlance.runtime", "io.parlance.tokenizers..");

  @ArchTest
  static final ArchRule roomsFollowEachOther =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("tokenizers")
          .definedBy("io.parlance.tokenizers..")
          .layer("runtime")
          .definedBy("io.parlance.runtime")
          .layer("model")
          .definedBy("io.parlance.model..")
          .layer("cache")
          .definedBy("io.parlance.cache")
          .layer("segmentation")
          .definedBy("io.parlance.segmentation")
          .layer("constraint")
          .definedBy("io.parlance.generation.constraint")
          .layer("generation")
          .definedBy("io.parlance.generation")
          .layer("task")
          .definedBy("io.parlance.task")
          .layer("facade")
          .definedBy(FACADE)
          .whereLayer("facade")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("task")
          .mayOnlyBeAccessedByLayers("facade")
          .whereLayer("generation")
          .mayOnlyBeAccessedByLayers("task", "facade")
          .whereLayer("segmentation")
          .mayOnlyBeAccessedByLayers("task")
          .whereLayer("constraint")
          .mayOnlyBeAccessedByLayers("generation", "task")
          .whereLayer("cache")
          .mayOnlyBeAccessedByLayers("generation", "task", "facade")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("generation", "task", "facade")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers("model", "cache", "generation", "task")
          .whereLayer("tokenizers")
          .mayOnlyBeAccessedByLayers("model", "constraint", "generation", "task");
}
