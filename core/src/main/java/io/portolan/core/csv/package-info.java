/**
 * CSV files that come with Portolan or with its configuration: small tables, read whole, refused
 * with the place.
 */
@NullMarked
package io.portolan.core.csv;

import org.jspecify.annotations.NullMarked;
