package io.portolan.core.suppression;

/** A suppression as it is stored. Its id rises with the time of adding. */
public record StoredSuppression(long id, Suppression suppression) {}
