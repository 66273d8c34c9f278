package io.portolan.api.application;

/** The version of this build. */
public final class Version {
  private Version() {}

  /** As in the jar's manifest; "development" when it runs from classes. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
