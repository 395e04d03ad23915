"""The record of one synthetic person: all that chance decides, as numbers.

`tfan.synth.draw` fills a record, `tfan.synth.face` renders it without any further chance.
Temperatures are degrees Celsius (or differences of them), lengths centimetres, angles degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[float, float]
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class NoiseTerm:
    """One smooth field on the skin: which (scale, field) of the bank and how strong."""

    scale: int
    field: int
    celsius: float


@dataclass(frozen=True, slots=True)
class Shape:
    """Coefficients of identity and expression, a stretch per axis, amplitudes of `moves.MOVES`."""

    identity: tuple[float, ...]
    expression: tuple[float, ...]
    stretch: Triple
    moves: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Brow:
    """Eyebrows: their course (index of height and width), temperature right and left."""

    height: int
    width: int
    celsius: Pair
    patchiness: NoiseTerm | None


@dataclass(frozen=True, slots=True)
class Heat:
    """Skin temperature: a base, an offset for each region, vessels, creases, a warm side.

    Attributes:
        ambient_celsius: air and background.
        skin_celsius: base of the face.
        offsets: (region, right, left) in degrees; unpaired regions use the first.
        eyeball, mouth_inside, teeth: offsets from the base.
        creases: degrees per unit of fine and coarse concavity.
        side_light: direction of sun or wind and its degrees, or None.
        grazing: emissivity loss at the limb and its power.
    """

    ambient_celsius: float
    skin_celsius: float
    offsets: tuple[tuple[str, float, float], ...]
    brow: Brow | None
    noise: tuple[NoiseTerm, ...]
    eyeball: float
    mouth_inside: float
    teeth: float
    creases: Pair
    side_light: tuple[Triple, float] | None
    grazing: Pair


@dataclass(frozen=True, slots=True)
class Beard:
    """Cool stubble to full beard; volume lifts it off the skin."""

    celsius: float
    beard: float
    sideburns: float
    moustache: float
    volume_cm: float
    patches: tuple[NoiseTerm, ...]


@dataclass(frozen=True, slots=True)
class Hair:
    """What covers the scalp: its line by azimuth, thickness, temperature.

    Attributes:
        kind: hair, hat or hood.
        line_deg: elevation of its edge at `HAIR_AZIMUTHS_DEG`.
        asymmetry_deg: raises one side.
        softness_deg: width of the edge.
        edge_noise: ragged edge, in degrees of elevation.
    """

    kind: str
    celsius: float
    line_deg: tuple[float, ...]
    asymmetry_deg: float
    softness_deg: float
    edge_noise: tuple[NoiseTerm, ...]
    tint: tuple[NoiseTerm, ...]
    thickness_cm: float
    lift: float


@dataclass(frozen=True, slots=True)
class Brim:
    """The brim of a hat: reach, tilt, all round or in front only."""

    reach_cm: float
    tilt: float
    all_round: bool
    height_cm: float
    radius_cm: Pair
    celsius: float


@dataclass(frozen=True, slots=True)
class Curtain:
    """Long hair or the cloth of a hood hanging round the head."""

    start_deg: float
    bottom_cm: float
    thickness_cm: float
    flare: float
    wobble_cm: float
    seed: int
    celsius: float
    tip_celsius: float
    cloth: bool


@dataclass(frozen=True, slots=True)
class Glasses:
    """Spectacles: opaque in LWIR, at about the air's temperature."""

    half_width_cm: float
    half_height_cm: float
    squareness: float
    forward_cm: float
    wrap: float
    tilt: float
    drop_cm: float
    spread_cm: float
    rim_cm: float
    rimmed: bool
    lens_celsius: float
    frame_celsius: float
    gradient: Pair
    temple_cm: float
    temple_out_cm: float


@dataclass(frozen=True, slots=True)
class Mask:
    """A face mask over nose and mouth, with a patch of breath."""

    top_cm: float
    tilt: float
    edge_deg: float
    celsius: float
    breath_celsius: float
    nose_celsius: float
    volume_cm: float
    noise: NoiseTerm


@dataclass(frozen=True, slots=True)
class Clothes:
    """Shirt painted on the neck, shoulders and chest as a shell."""

    collar_cm: float
    neckline_cm: float
    celsius: float
    collar_celsius: float
    noise: NoiseTerm
    volume_cm: float
    scale: float
    top_cm: float
    top_radius_cm: Pair
    shoulder_cm: Triple
    drop_cm: Pair
    hem_celsius: float


@dataclass(frozen=True, slots=True)
class Pose:
    """Yaw, pitch, roll: turning to the subject's left, nodding down, leaning to the right."""

    head_deg: Triple
    torso_deg: Triple


@dataclass(frozen=True, slots=True)
class Camera:
    """Distance to the face and its offset from the optical axis, in centimetres."""

    distance_cm: float
    offset_cm: Pair


@dataclass(frozen=True, slots=True)
class Material:
    """Textures drawn in the image: seeds with cell size (px), stretch, angle and degrees.

    Each term is (seed, cell_px, stretch, angle_deg, celsius).
    """

    hair: tuple[tuple[int, float, float, float, float], ...]
    cloth: tuple[tuple[int, float, float, float, float], ...]
    person: tuple[tuple[int, float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class FaceParams:
    """Everything random about one person before the camera."""

    framing: str
    shape: Shape
    heat: Heat
    beard: Beard | None
    hair: Hair | None
    brim: Brim | None
    curtain: Curtain | None
    mask: Mask | None
    glasses: Glasses | None
    clothes: Clothes | None
    pose: Pose
    camera: Camera
    material: Material
