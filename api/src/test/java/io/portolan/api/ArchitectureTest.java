package io.portolan.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The shape of the whole: which module sees which, and what a package and a constructor may be. */
@AnalyzeClasses(
    packages = "io.portolan",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  private static final int MAX_TYPES = 24;
  private static final int MAX_PARAMETERS = 6;
  private static final String CORE = "io.portolan.core..";
  private static final String SENDER = "io.portolan.sender..";
  private static final String SCHEDULER = "io.portolan.scheduler..";
  private static final String METRICS = "io.portolan.metrics..";
  private static final String API = "io.portolan.api..";

  @ArchTest
  static final ArchRule CORE_SEES_NO_OTHER_MODULE =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SENDER, SCHEDULER, METRICS, API);

  @ArchTest
  static final ArchRule SENDER_SEES_CORE_ALONE =
      noClasses()
          .that()
          .resideInAPackage(SENDER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SCHEDULER, METRICS, API);

  @ArchTest
  static final ArchRule SCHEDULER_SEES_CORE_ALONE =
      noClasses()
          .that()
          .resideInAPackage(SCHEDULER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SENDER, METRICS, API);

  @ArchTest
  static final ArchRule METRICS_SEES_CORE_ALONE =
      noClasses()
          .that()
          .resideInAPackage(METRICS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SENDER, SCHEDULER, API);

  /** Sessions are opened for the exchange of messages, which knows nothing of how. */
  @ArchTest
  static final ArchRule THE_EXCHANGE_SEES_NO_SESSIONS =
      noClasses()
          .that()
          .resideInAnyPackage("io.portolan.sender.exchange..", "io.portolan.sender.wire..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.portolan.sender.smtp..");

  @ArchTest
  static final ArchRule ONLY_SENDER_SPEAKS_MAIL =
      noClasses()
          .that()
          .resideOutsideOfPackage(SENDER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jakarta.mail..", "jakarta.activation..", "org.eclipse.angus..");

  @ArchTest
  static final ArchRule ONLY_SCHEDULER_KNOWS_QUARTZ =
      noClasses()
          .that()
          .resideOutsideOfPackage(SCHEDULER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.quartz..");

  @ArchTest
  static final ArchRule ONLY_API_SERVES_HTTP =
      noClasses()
          .that()
          .resideOutsideOfPackage(API)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javalin..", "picocli..", "ch.qos.logback..");

  /** Wall time is injected as an InstantSource; the wiring alone takes the system's. */
  @ArchTest
  static final ArchRule ONLY_THE_WIRING_READS_THE_CLOCK =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.portolan.api.application..")
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "the target reads the system's clock", ArchitectureTest::readsClock));

  @ArchTest
  static void packagesAreFlatSmallAndNullMarked(JavaClasses classes) {
    List<JavaPackage> packages =
        classes.stream().map(JavaClass::getPackage).distinct().sorted(BY_NAME).toList();

    assertThat(packages)
        .allSatisfy(
            each -> {
              assertThat(each.getName()).matches("io\\.portolan\\.[a-z]+(\\.[a-z]+)?");
              assertThat(each.isAnnotatedWith(NullMarked.class))
                  .as("%s has a package-info.java with @NullMarked", each.getName())
                  .isTrue();
              assertThat(each.getClasses().stream().filter(ArchitectureTest::isTopLevel))
                  .as("top-level types of %s", each.getName())
                  .hasSizeLessThanOrEqualTo(MAX_TYPES);
            });
  }

  @ArchTest
  static void constructorsTakeSixArgumentsAtMost(JavaClasses classes) {
    Stream<String> wide =
        classes.stream()
            .filter(each -> !each.isRecord() && !each.isAnonymousClass() && !each.isLocalClass())
            .flatMap(each -> each.getConstructors().stream())
            .filter(each -> !each.getModifiers().contains(JavaModifier.SYNTHETIC))
            .filter(each -> each.getParameters().size() > MAX_PARAMETERS)
            .map(each -> each.getFullName());

    assertThat(wide).as("constructors with too many arguments").isEmpty();
  }

  private static final Comparator<JavaPackage> BY_NAME = Comparator.comparing(JavaPackage::getName);

  private static boolean isTopLevel(JavaClass type) {
    return type.isTopLevelClass()
        && !type.isArray()
        && !type.getSimpleName().equals("package-info");
  }

  private static boolean readsClock(JavaAccess<?> access) {
    if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
      return false;
    }
    String owner = target.getOwner().getName();
    String name = target.getName();
    boolean injected =
        target.getRawParameterTypes().stream()
            .anyMatch(each -> each.getName().equals("java.time.Clock"));
    return switch (owner) {
      case "java.lang.System" -> name.equals("currentTimeMillis");
      case "java.util.Date" -> name.equals("<init>") && target.getRawParameterTypes().isEmpty();
      default ->
          owner.startsWith("java.time.")
              && !injected
              && (name.equals("now") || name.startsWith("system"));
    };
  }

  /** Leaves out the jars of test fixtures, which DoNotIncludeTests does not know. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}
