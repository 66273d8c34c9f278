/** Mailing lists, their recipients, and the import of recipients from CSV files. */
@NullMarked
package io.portolan.core.list;

import org.jspecify.annotations.NullMarked;
