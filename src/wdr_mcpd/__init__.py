"""3D-WDR and 3D-WDR-MCPD compression of volumetric MRI, and the study of their claims."""
